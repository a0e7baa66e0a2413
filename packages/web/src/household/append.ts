import type { Instant } from '@nightlatch/protocol/encoding';
import { NightlatchError } from '@nightlatch/protocol/errors';
import type { HomeLogAction } from '@nightlatch/protocol/homelog';
import { entryHash, type HomeState, signEntry } from '@nightlatch/vault/homelog';
import { call } from '../api/client.ts';
import type { Household } from './household.ts';

/** Signs actions as the next entries of a log, each bound to the one before. */
export async function signActions(
  log: Pick<HomeState, 'home' | 'head'>,
  actions: readonly HomeLogAction[],
  signing: Household['signing'],
  at: Instant,
): Promise<string[]> {
  const entries: string[] = [];
  let { sequence, hash: previous } = log.head;
  for (const action of actions) {
    sequence += 1;
    const entry = await signEntry({ home: log.home, sequence, previous, at, action }, signing.privateKey);
    previous = await entryHash(entry);
    entries.push(entry);
  }
  return entries;
}

const isConflict = (error: unknown) => error instanceof NightlatchError && error.kind === 'conflict';

/**
 * Signs what `decide` finds to do on the newest verified log, and hands it to `store`. Where another browser was first,
 * it decides once more on what is there then; never on the same log, because a cloud that calls a stored entry a
 * conflict would then hold two of the owner's entries for one place, a fork for each of two sides.
 */
export async function appendToLog(
  household: Pick<Household, 'home' | 'signing' | 'refreshLog'>,
  decide: (log: HomeState) => Promise<readonly HomeLogAction[]> | readonly HomeLogAction[],
  store = async (entries: string[]): Promise<unknown> =>
    call('home-log.append', { params: { home: household.home }, input: { entries } }),
): Promise<HomeState> {
  const once = async (log: HomeState) => {
    const actions = await decide(log);
    if (actions.length > 0) await store(await signActions(log, actions, household.signing, Date.now()));
  };
  const before = await household.refreshLog();
  await once(before).catch(async (error: unknown) => {
    if (!isConflict(error)) throw error;
    const now = await household.refreshLog();
    if (now.head.sequence === before.head.sequence) throw error;
    return once(now);
  });
  return household.refreshLog();
}
