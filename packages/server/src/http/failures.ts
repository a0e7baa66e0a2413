import { type ErrorBody, type ErrorKind, NightlatchError, STATUS_OF } from '@nightlatch/protocol/errors';
import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Overload } from '../admission/admission.ts';

/** The input has another shape than the contract says; `fields` says where. */
export class BadInput extends NightlatchError {
  readonly fields: { path: string; message: string }[];
  constructor(part: 'query' | 'input', error: z.ZodError) {
    super('bad-input', 'Something in the request is not as it should be. Nothing was changed.');
    this.fields = error.issues.slice(0, 20).map((issue) => ({
      path: [part, ...issue.path].join('.'),
      message: issue.message,
    }));
  }
}

/** What Fastify itself refuses before a handler runs. */
const FASTIFY_KINDS: Readonly<Record<number, ErrorKind>> = {
  400: 'bad-input',
  404: 'not-found',
  405: 'not-found',
  408: 'unavailable',
  413: 'too-large',
  415: 'bad-input',
  431: 'too-large',
  503: 'unavailable',
};
const FASTIFY_MESSAGES: Partial<Record<ErrorKind, string>> = {
  'bad-input': 'The request could not be read. Nothing was changed.',
  'too-large': 'The request is larger than this route takes. Nothing was changed.',
  unavailable: 'The cloud is busy or stopping. Nothing was changed; try again soon.',
};

const StatusCode = z.object({ statusCode: z.number().int(), code: z.string().startsWith('FST_') });

export function toNightlatchError(error: unknown): NightlatchError {
  if (error instanceof NightlatchError) return error;
  const fastify = StatusCode.safeParse(error);
  const kind = fastify.success ? FASTIFY_KINDS[fastify.data.statusCode] : undefined;
  return new NightlatchError(kind ?? 'internal', FASTIFY_MESSAGES[kind ?? 'internal'] ?? '', {
    cause: error,
  });
}

export interface FailureAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ErrorBody;
}

/** The one place that turns what went wrong into an answer. An internal error is written down and its detail hidden. */
export function failureAnswer(
  error: unknown,
  { id, log }: { readonly id: string; readonly log: Pick<FastifyBaseLogger, 'error' | 'warn'> },
): FailureAnswer {
  const failure = toNightlatchError(error);
  if (failure.kind === 'internal') log.error({ err: error }, 'a request failed');
  // A line for each of those who were refused would be work that is not to be done.
  else if (failure.kind === 'unavailable' && !(failure instanceof Overload))
    log.warn({ err: failure.cause ?? failure }, 'unavailable');
  const { retryAfterSeconds } = failure;
  return {
    status: STATUS_OF[failure.kind],
    headers: {
      'cache-control': 'no-store',
      'content-type': 'application/json; charset=utf-8',
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
    },
    body: {
      error: {
        kind: failure.kind,
        message:
          failure.kind === 'internal'
            ? `Something went wrong here, and was written down as ${id}. Try again; if it stays, tell whoever runs this cloud.`
            : failure.message,
        ...(failure instanceof BadInput ? { fields: failure.fields } : {}),
      },
    },
  };
}

export function sendFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, headers, body } = failureAnswer(error, request);
  // A handler may have set a cookie before it failed.
  reply.removeHeader('set-cookie');
  return reply.status(status).headers(headers).send(body);
}
