/** Why the cache could not do what it was asked to. None of these is ever a wrong value. */
export type CacheErrorKind =
  /** The caller's mistake: a part of a key that is missing or too long, a version that is no whole number. */
  | 'misused'
  /** The loader's value is not what the schema says, or not plain data. */
  | 'bad-value'
  /** Redis did not do it, or nobody knows whether it did. Reads never end like this: they go to the source. */
  | 'unreachable'
  /** More loads are under way than the limit allows. Nothing was asked of the source. */
  | 'overloaded'
  /** The loader took longer than its time. */
  | 'load-timeout'
  | 'closed';

/** The one error of this package. What a loader throws passes through as it is. */
export class CacheError extends Error {
  readonly kind: CacheErrorKind;
  constructor(kind: CacheErrorKind, message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'CacheError';
    this.kind = kind;
  }
}

/** Throws a CacheError. */
export function refuse(kind: CacheErrorKind, message: string, cause?: unknown): never {
  throw new CacheError(kind, message, { cause });
}
