import { NightlatchError } from '@nightlatch/protocol/errors';
import { VaultError } from '@nightlatch/vault/errors';

/** Runs what verifies signed texts; what the vault refuses, in its words, is `unprocessable`. */
export async function verified<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    throw new NightlatchError('unprocessable', `${error.message} Nothing was changed.`, { cause: error });
  }
}

export const unprocessable = (what: string): NightlatchError =>
  new NightlatchError('unprocessable', `${what} Nothing was changed.`);
