import { NightlatchError } from '@nightlatch/protocol/errors';

/** PostgreSQL refused a statement. Values of the row are left out, for they may be personal. */
export class SqlError extends Error {
  /** Five characters, as in the PostgreSQL manual's appendix A. */
  readonly code: string;
  readonly constraint: string | undefined;
  readonly statement: string;
  constructor(statement: string, code: string, message: string, constraint: string | undefined) {
    super(`${statement}: ${message} (${code})`);
    this.name = 'SqlError';
    this.statement = statement;
    this.code = code;
    this.constraint = constraint;
  }
}

export const isUniqueViolation = (error: unknown, constraint?: string): boolean =>
  error instanceof SqlError &&
  error.code === '23505' &&
  (constraint === undefined || error.constraint === constraint);

/** A policy of row-level security said no. */
export const isPolicyRefusal = (error: unknown): boolean =>
  error instanceof SqlError && error.code === '42501';

/** What a doubtful reply was, for the operator. */
export interface Doubt {
  readonly statement: string;
  readonly reason: 'wrong-nonce' | 'no-row' | 'wrong-count' | 'unreadable' | 'timeout' | 'wrong-command';
}

export const unavailable = (cause?: unknown): NightlatchError =>
  new NightlatchError(
    'unavailable',
    'The database does not answer. Nothing was shown, and what you sent may not have been kept; try again soon.',
    {
      cause,
      retryAfterSeconds: 2,
    },
  );

export const doubtful = (): NightlatchError =>
  new NightlatchError(
    'unavailable',
    'The database gave an answer that did not belong to the question. It was thrown away and nothing was shown; try again.',
    { retryAfterSeconds: 1 },
  );
