import type { HomeId } from '@nightlatch/protocol/ids';
import type { Output } from '@nightlatch/protocol/routes';
import { applyEntries, emptyHome, type HomeState } from '@nightlatch/vault/homelog';
import type { Pin } from './pins.ts';

/** The log may hold a million entries of 256 a page; a cloud that says `more` for longer than that is broken. */
const LOG_PAGES_MAX = 4096;

/** Reads one page of entries after a sequence. */
export type ReadPage = (after: number) => Promise<Output<'home-log.read'>>;

/** The log is not the one that this browser knows: `rolled-back` is shorter than before, `forked` says something else. */
export class LogRefused extends Error {
  readonly reason: 'rolled-back' | 'forked' | 'endless';
  constructor(reason: 'rolled-back' | 'forked' | 'endless') {
    super(`the home log was refused: ${reason}`);
    this.name = 'LogRefused';
    this.reason = reason;
  }
}

async function entriesAfter(read: ReadPage, after: number): Promise<string[]> {
  const entries: string[] = [];
  for (let page = 0; page < LOG_PAGES_MAX; page++) {
    const answer = await read(after + entries.length);
    entries.push(...answer.entries);
    if (!answer.more) return entries;
    if (answer.entries.length === 0) break;
  }
  throw new LogRefused('endless');
}

/**
 * Fetches the whole log of a home and verifies it against the owner's key, which is this account's own and never the
 * cloud's word, and against the pinned head. Throws VaultError or LogRefused; then nothing of the log may be used.
 */
export async function verifyLog(
  expected: { readonly home: HomeId; readonly ownerSigningKey: string; readonly pin: Pin | null },
  read: ReadPage,
): Promise<HomeState> {
  const { home, ownerSigningKey, pin } = expected;
  const entries = await entriesAfter(read, -1);
  if (entries.length === 0) throw new LogRefused('rolled-back');
  const known = pin === null ? 0 : pin.head.sequence + 1;
  if (entries.length < known) throw new LogRefused('rolled-back');
  let state = emptyHome(home, { ownerSigningKey });
  if (pin !== null) {
    state = await applyEntries(state, entries.slice(0, known));
    if (state.head?.hash !== pin.head.hash || state.genesisHash !== pin.genesisHash)
      throw new LogRefused('forked');
  }
  return applyEntries(state, entries.slice(known));
}

/** Fetches what was appended after a verified state, and verifies that it continues it. */
export async function continueLog(state: HomeState, read: ReadPage): Promise<HomeState> {
  return applyEntries(state, await entriesAfter(read, state.head?.sequence ?? -1));
}
