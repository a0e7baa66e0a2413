import type { MismatchReport } from '@nightlatch/protocol/events';
import { VaultError } from '@nightlatch/vault/errors';

/**
 * Something the server answered was not what was asked for. Nothing of the item may be shown. `what` and `reason` go
 * into the report; they never contain the thing itself.
 */
export class Refusal extends Error {
  readonly what: MismatchReport['what'];
  /** The check that failed, such as `header-label` or a reason of the vault. */
  readonly reason: string;
  constructor(what: MismatchReport['what'], reason: string, options: { cause?: unknown } = {}) {
    super(`${what}: ${reason}`, options);
    this.name = 'Refusal';
    this.what = what;
    this.reason = reason.slice(0, 200);
  }
}

/** Runs a check of the vault; its failures become refusals of `what`. Others (a lost network) pass unchanged. */
export async function refusing<T>(what: Refusal['what'], check: () => T | Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof VaultError) throw new Refusal(what, error.reason, { cause: error });
    throw error;
  }
}

const THING: Record<Refusal['what'], string> = {
  event: 'The server answered with an event that you did not ask for.',
  manifest: "What the server sent does not carry this camera's signature for this event.",
  object: 'The bytes that the server sent are not those of this event.',
  epoch: 'The key that the server handed out does not belong to this camera.',
  'home-log': 'The server sent a log that is not the log of your home.',
  camera: 'The server sent something of a camera that is not in your home.',
  gap: 'The server sent a notice of lost events that your agent did not sign.',
  live: 'The server sent a live picture that is not the one of this camera.',
};

/** What happened, what was kept and what to do, for a person. */
export const wordsOf = (refusal: Refusal): string =>
  `${THING[refusal.what]} Nothing of it was opened or shown, and it has been reported.`;
