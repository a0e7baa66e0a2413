import { z } from 'zod';

/**
 * Every way in which a request can fail, and the one map from kind to HTTP status. `not-found` is also the answer to
 * everybody who may not know whether the thing exists: there is no `forbidden` for things of a home.
 */
export const STATUS_OF = {
  'bad-input': 400,
  'wrong-credentials': 401,
  'not-signed-in': 401,
  'wrong-origin': 403,
  'sign-in-again': 403,
  'not-found': 404,
  conflict: 409,
  gone: 410,
  'too-large': 413,
  unprocessable: 422,
  'too-many-attempts': 429,
  'storage-full': 507,
  internal: 500,
  unavailable: 503,
} as const;

export type ErrorKind = keyof typeof STATUS_OF;

/** An operating error: it has a kind, and a sentence that says what happened, what was kept and what to do. */
export class NightlatchError extends Error {
  readonly kind: ErrorKind;
  /** Seconds after which a retry makes sense, where that is known. */
  readonly retryAfterSeconds: number | undefined;
  constructor(
    kind: ErrorKind,
    message: string,
    options: { cause?: unknown; retryAfterSeconds?: number } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'NightlatchError';
    this.kind = kind;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** The body of every answer that is an error. */
export const ErrorBody = z.object({
  error: z.object({
    kind: z.enum(Object.keys(STATUS_OF) as [ErrorKind, ...ErrorKind[]]),
    message: z.string(),
    /** Which field of the input was wrong, and why. */
    fields: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  }),
});
export type ErrorBody = z.infer<typeof ErrorBody>;
