import { NightlatchError } from '@nightlatch/protocol/errors';
import { HomeLogEntry } from '@nightlatch/protocol/homelog';
import type { AccountId, HomeId } from '@nightlatch/protocol/ids';
import { applyEntries, emptyHome } from '@nightlatch/vault/homelog';
import { unverifiedPayload } from '@nightlatch/vault/signing';
import type { Database } from '../sql/database.ts';
import { accountKeys } from '../sql/statements/account-keys.ts';
import { insertEntries, insertHome, insertOwner, ownHome } from '../sql/statements/home-log.ts';
import { unprocessable, verified } from './refusal.ts';

/**
 * Makes a home from the first entry of its log, which the account's own key must have signed. Sending the same entry
 * again answers the same, so that an answer that was lost does no harm.
 */
export async function createHome(
  database: Database,
  { account, entry }: { account: AccountId; entry: string },
): Promise<HomeId> {
  const [keys] = await database.ask({ account }, accountKeys, [account]);
  if (keys === undefined) throw new Error('an account with a session has no row');
  const state = await verified(async () => {
    const { home } = unverifiedPayload(entry, HomeLogEntry);
    return applyEntries(emptyHome(home, { ownerSigningKey: keys.signingKey }), [entry]);
  });
  const { home, genesisHash } = state;
  if (state.owner !== account || state.ownerSealingKey !== keys.sealingKey)
    throw unprocessable('The home was made for another account.');

  return database.transact({ account }, async (ask) => {
    const [made] = await ask(insertHome, [home, genesisHash, keys.signingKey]);
    if (made === undefined) {
      const [before] = await ask(ownHome, [home, account, genesisHash]);
      if (before !== undefined) return home;
      throw new NightlatchError(
        'conflict',
        'A home of this id exists already. Nothing was changed; make a new one.',
      );
    }
    await ask(insertOwner, [home, account]);
    await ask(insertEntries, [home, [0], [entry], [genesisHash]]);
    return home;
  });
}
