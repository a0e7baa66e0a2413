/** Why the vault refused. A viewer reports the reason and never the thing itself. */
export type VaultReason =
  /** The bytes or the text do not have the shape that was promised. */
  | 'malformed'
  | 'wrong-signature'
  /** The signature may be good, but it was made for another kind of statement. */
  | 'wrong-type'
  /** The statement or the label speaks of something else than was asked for. */
  | 'wrong-subject'
  /** The key is not the one that this was sealed or authenticated with. */
  | 'wrong-key'
  | 'wrong-epoch'
  | 'wrong-member'
  /** A tag or a hash does not match its bytes. */
  | 'damaged'
  /** The end, or an entry that was seen before, is missing. */
  | 'truncated'
  /** Links that should follow from one another do not. */
  | 'broken-chain'
  | 'expired'
  | 'replayed';

/** The one error of this package for anything that came from outside and is not what it should be. */
export class VaultError extends Error {
  readonly reason: VaultReason;
  constructor(reason: VaultReason, message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'VaultError';
    this.reason = reason;
  }
}

/** Throws a VaultError; the place where every guard of this package ends. */
export function refuse(reason: VaultReason, message: string, cause?: unknown): never {
  throw new VaultError(reason, message, { cause });
}
