import { ErrorBody, type ErrorKind } from '@nightlatch/protocol/errors';

/** The cloud cannot be reached, or says that it cannot answer now. Waiting helps. */
export class CloudAway extends Error {
  readonly retryAfterSeconds: number;
  /** The cloud answered, but with an error of its own that may be about this one request only. */
  readonly internal: boolean;
  constructor(
    message: string,
    options: { cause?: unknown; retryAfterSeconds?: number; internal?: boolean } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'CloudAway';
    this.retryAfterSeconds = options.retryAfterSeconds ?? 0;
    this.internal = options.internal ?? false;
  }
}

/** The cloud refuses this very request; sending it again changes nothing. */
export class CloudRefusal extends Error {
  readonly status: number;
  readonly kind: ErrorKind | null;
  constructor(status: number, kind: ErrorKind | null, message: string) {
    super(message);
    this.name = 'CloudRefusal';
    this.status = status;
    this.kind = kind;
  }
}

/** The session has ended; the agent proves itself again. */
export class SessionEnded extends Error {}

const REFUSALS = new Set([400, 404, 405, 409, 410, 412, 413, 415, 422]);
/** A cloud that asks for more than a quarter of an hour is asked again after that. */
const RETRY_AFTER_SECONDS_MAX = 900;

function retryAfterSeconds(response: Response, now: number): number {
  const header = response.headers.get('retry-after');
  if (header === null) return 0;
  const seconds = /^\d{1,9}$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1000;
  return Number.isFinite(seconds) ? Math.min(RETRY_AFTER_SECONDS_MAX, Math.max(0, seconds)) : 0;
}

/** The failure that an answer without success stands for. `text` is its body, where it has one. */
export function failureOf(response: Response, text: string, now: number): Error {
  let body: ErrorBody | null = null;
  try {
    body = ErrorBody.parse(JSON.parse(text));
  } catch {
    // A proxy in between answers with a page of its own; the status says enough.
  }
  const message = body?.error.message ?? `The cloud answered with status ${response.status}.`;
  if (response.status === 401) return new SessionEnded(message);
  if (REFUSALS.has(response.status)) {
    return new CloudRefusal(response.status, body?.error.kind ?? null, message);
  }
  return new CloudAway(message, {
    retryAfterSeconds: retryAfterSeconds(response, now),
    internal: response.status === 500,
  });
}
