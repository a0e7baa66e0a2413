import { NightlatchError } from '@nightlatch/protocol/errors';
import { HomeLogEntry, type HomeLogHead } from '@nightlatch/protocol/homelog';
import type { HomeId } from '@nightlatch/protocol/ids';
import { applyEntries, entryHash, type HomeState, homeFromPin } from '@nightlatch/vault/homelog';
import { unverifiedPayload } from '@nightlatch/vault/signing';
import { tellHome } from '../hub/hub.ts';
import { notFound } from '../refusals.ts';
import type { Ask } from '../sql/database.ts';
import { addCamera } from '../sql/statements/cameras.ts';
import { insertEntries, insertEpoch, lockHome, moveHead, wholeLog } from '../sql/statements/home-log.ts';
import { unprocessable, verified } from './refusal.ts';

/** The log is read and verified anew at each append, 0.2 ms an entry: a home has some dozens, and this bounds it. */
const ENTRIES_MAX = 4096;
/** An epoch for one member is less than 1 KiB. Without this bound a log of 4096 entries could be half a gigabyte. */
const LOG_BYTES_MAX = 8 * 1024 * 1024;

const moved = (): NightlatchError =>
  new NightlatchError(
    'conflict',
    'The home log has gone on in the meantime. Nothing was changed; read it and try again.',
  );

/**
 * Appends entries that are already proven to come from the owner's session; the vault proves them again, by the
 * owner's key. Runs in the transaction of `ask`, all or none, with what follows from each entry. An entry that pins an
 * agent is taken only with the pairing it belongs to: `pin` does that, and without it such an entry is refused.
 */
export async function appendEntries(
  ask: Ask,
  home: HomeId,
  entries: readonly string[],
  pin?: (action: Extract<HomeLogEntry['action'], { kind: 'pin-agent' }>) => Promise<void>,
): Promise<{ head: HomeLogHead; before: HomeState }> {
  const [row] = await ask(lockHome, [home]);
  if (row === undefined) throw notFound();
  const { ownerSigningKey, genesisHash, sequence, hash, logBytes } = row;
  const bytes = entries.reduce((sum, entry) => sum + entry.length, logBytes);
  if (sequence + 1 + entries.length > ENTRIES_MAX || bytes > LOG_BYTES_MAX)
    throw unprocessable('The home log is full.');
  const stored = await ask(wholeLog, [home]);

  const payloads = await verified(async () => entries.map((jws) => unverifiedPayload(jws, HomeLogEntry)));
  const [first] = payloads;
  if (first?.home === home && (first.sequence !== sequence + 1 || first.previous !== hash)) throw moved();
  const pinned = { home, ownerSigningKey, genesisHash, head: { sequence, hash } };
  const before = await applyEntries(
    homeFromPin(pinned),
    stored.map(({ entry }) => entry),
  );
  const { head } = await verified(() => applyEntries(before, entries));

  const hashes = await Promise.all(entries.map(entryHash));
  const written = await ask(insertEntries, [home, payloads.map((one) => one.sequence), entries, hashes]);
  const [after] = await ask(moveHead, [home, head.sequence, head.hash, sequence]);
  if (written.length !== entries.length || after?.sequence !== head.sequence) throw moved();

  // The payloads are the ones that the vault has just verified.
  for (const { action, sequence: place } of payloads) {
    switch (action.kind) {
      case 'create-home':
      case 'name-camera':
        break;
      case 'pin-agent':
        if (pin === undefined) throw unprocessable('An agent is pinned by accepting its pairing.');
        await pin(action);
        break;
      case 'add-camera': {
        const [camera] = await ask(addCamera, [home, action.camera, action.agent]);
        if (camera === undefined) throw unprocessable('The agent has not announced this camera.');
        break;
      }
      case 'new-epoch':
        await ask(insertEpoch, [home, action.camera, action.epoch, action.publicKey, place]);
        break;
    }
  }
  await tellHome(ask, home, { kind: 'log' });
  if (payloads.some(({ action }) => action.kind === 'add-camera'))
    await tellHome(ask, home, { kind: 'cameras' });
  return { head, before };
}
