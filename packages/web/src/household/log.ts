import type { PublicKey } from '@nightlatch/protocol/encoding';
import { NightlatchError } from '@nightlatch/protocol/errors';
import type { HomeLogHead } from '@nightlatch/protocol/homelog';
import type { HomeId } from '@nightlatch/protocol/ids';
import type { Output } from '@nightlatch/protocol/routes';
import { refuse } from '@nightlatch/vault/errors';
import {
  applyEntries,
  emptyHome,
  entryHash,
  type HomePin,
  type HomeState,
  requireReached,
  verifyHomeLog,
} from '@nightlatch/vault/homelog';

/** A log holds a million entries at most, 256 a page. */
const LOG_PAGES_MAX = 4096;

/** Reads one page of entries after a sequence. */
export type ReadPage = (after: number) => Promise<Output<'home-log.read'>>;

async function entriesAfter(read: ReadPage, after: number): Promise<string[]> {
  const entries: string[] = [];
  for (let page = 0; page < LOG_PAGES_MAX; page++) {
    const answer = await read(after + entries.length);
    entries.push(...answer.entries);
    if (!answer.more) return entries;
    if (answer.entries.length === 0) break;
  }
  throw new NightlatchError(
    'internal',
    'The cloud does not stop sending the record of your home. Nothing of it was used. Try again later.',
  );
}

/**
 * Fetches the whole log of a home and verifies it against the owner's key, which is this account's own and never the
 * cloud's word, and against what this browser has seen of it before. Throws VaultError where it is crossed, forked or
 * shorter than before; then nothing of the log may be used.
 */
export async function verifyLog(
  expected: {
    readonly home: HomeId;
    readonly ownerSigningKey: PublicKey;
    readonly pin: HomePin | null;
  },
  read: ReadPage,
): Promise<HomeState> {
  const { home, ownerSigningKey, pin } = expected;
  if (pin !== null && (pin.home !== home || pin.ownerSigningKey !== ownerSigningKey))
    refuse('wrong-subject', 'What this browser remembers is of another home or owner.');
  const entries = await entriesAfter(read, -1);
  return pin === null
    ? applyEntries(emptyHome(home, { ownerSigningKey }), entries)
    : verifyHomeLog(pin, entries);
}

/**
 * Fetches what was appended after a verified state, and verifies that it continues it. The newest known entry is asked
 * for once more: a log that lost it, or has another in its place, is refused here and not only at the next visit. `pin`
 * is what this browser remembers now: another tab may have seen more than this one, and the log must pass there too.
 */
export async function continueLog(state: HomeState, pin: HomePin | null, read: ReadPage): Promise<HomeState> {
  const [known, ...fresh] = await entriesAfter(read, state.head.sequence - 1);
  if (known === undefined)
    return refuse('truncated', 'The home log ends before an entry that was there earlier.');
  if ((await entryHash(known)) !== state.head.hash)
    refuse('broken-chain', 'This home log is another one than was seen before.');
  if (pin === null) return applyEntries(state, fresh);
  if (pin.genesisHash !== state.genesisHash || isForkOf(state.head, pin.head))
    refuse('broken-chain', 'Another tab of this browser has seen another home log.');
  const log = await applyEntries({ ...state, pinned: pin.head }, fresh);
  requireReached(log, pin);
  return log;
}

const isForkOf = (one: HomeLogHead, other: HomeLogHead): boolean =>
  one.sequence === other.sequence && one.hash !== other.hash;
