import type { Account } from '@nightlatch/protocol/accounts';
import { NightlatchError } from '@nightlatch/protocol/errors';
import { type AccountId, type HomeId, newHomeId } from '@nightlatch/protocol/ids';
import { systemRandom } from '@nightlatch/vault/encoding';
import { signEntry } from '@nightlatch/vault/homelog';
import type { AccountSecrets } from '../account/secrets.ts';
import { call } from '../api/client.ts';
import { pinnedHomeOf } from './pins.ts';

async function create(secrets: AccountSecrets): Promise<HomeId> {
  const home = newHomeId(systemRandom);
  const entry = await signEntry(
    {
      home,
      sequence: 0,
      previous: null,
      at: Date.now(),
      action: {
        kind: 'create-home',
        owner: secrets.account,
        signingKey: secrets.keys.signingKey,
        sealingKey: secrets.keys.sealingKey,
      },
    },
    secrets.signing.privateKey,
  );
  try {
    await call('homes.create', { input: { entry } });
    return home;
  } catch (error) {
    // Another tab of this browser may have been first.
    if (!(error instanceof NightlatchError) || error.kind !== 'conflict') throw error;
    const [made] = (await call('account.get')).homes;
    if (made === undefined) throw error;
    return made.home;
  }
}

const running = new Map<AccountId, Promise<HomeId>>();

/**
 * The account's home; its first log-in makes it, at most one at a time in a page. The home that this browser knows goes
 * before what the cloud says: an account answered with none, or with another that its owner's key once made (an empty
 * one, say), must not replace it.
 */
export async function homeOf(account: Account, secrets: AccountSecrets): Promise<HomeId> {
  const pinned = await pinnedHomeOf(secrets.keys.signingKey);
  if (pinned !== null) return pinned;
  const [own] = account.homes;
  if (own !== undefined) return own.home;
  // By account: the page may have changed hands while the first one's home was being made.
  const made = running.get(secrets.account) ?? create(secrets).finally(() => running.delete(secrets.account));
  running.set(secrets.account, made);
  return made;
}
