import { newPairingId, type RandomBytes } from '@nightlatch/protocol/ids';
import { PAIRING_SECONDS } from '@nightlatch/protocol/pairing';
import type { DeviceKey } from '@nightlatch/vault/device';
import { VaultError } from '@nightlatch/vault/errors';
import { makeOffer, newPairingCode, parsePairingCode, verifyAcceptance } from '@nightlatch/vault/pairing';
import {
  forgetPendingPairing,
  type PendingPairing,
  readPendingPairing,
  writePendingPairing,
} from '../settings/pending-pairing.ts';
import type { CloudClient } from '../uplink/client.ts';
import type { Clock } from '../uplink/clock.ts';
import { CloudAway, CloudRefusal } from '../uplink/failures.ts';
import { delayMilliseconds } from '../uplink/retry.ts';
import { type HomeFollower, LogRefused } from './home-follower.ts';

/** What a person has to know of the pairing. */
export type PairingShown =
  | { readonly state: 'connecting'; readonly problem: string | null }
  | {
      readonly state: 'waiting';
      readonly code: string;
      readonly expiresAt: number;
      readonly refused: string | null;
    }
  | { readonly state: 'paired' };

export interface PairingParts {
  readonly directory: string;
  readonly client: CloudClient;
  readonly device: DeviceKey;
  readonly follower: HomeFollower;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly fraction: () => number;
  readonly onShown: (shown: PairingShown) => void;
  /** The vault's check of the owner's answer; a test leaves it out to show what it stops. */
  readonly verify?: typeof verifyAcceptance;
}

const POLL_MILLISECONDS = 3000;
const GRACE_MILLISECONDS = 15_000;

/** Shows codes until an owner has taken one and the home log agrees; each code is good for one answer. */
export async function pair(parts: PairingParts, signal: AbortSignal): Promise<void> {
  const { clock, follower, onShown } = parts;
  let refused: string | null = null;
  let failures = 0;
  while (!signal.aborted && follower.home() === null) {
    try {
      await withOneCode(parts, refused, signal, () => {
        failures = 0;
      });
      refused = null;
    } catch (error) {
      refused = refusalOf(error);
      failures += 1;
      if (refused === null) onShown({ state: 'connecting', problem: messageFor(error) });
      await clock.sleep(delayMilliseconds(failures, error, parts.fraction()), signal);
    }
  }
  if (follower.home() !== null) onShown({ state: 'paired' });
}

/** A sentence where somebody's answer was refused; null where the cloud could not be asked. */
function refusalOf(error: unknown): string | null {
  if (error instanceof LogRefused) return `A pairing was refused: ${error.message}. Nothing was kept of it.`;
  if (error instanceof VaultError) {
    return `A pairing was refused, because its answer was not made for this code (${error.reason}). Nothing was kept of it.`;
  }
  return null;
}

function messageFor(error: unknown): string {
  if (error instanceof CloudRefusal && error.kind === 'conflict') return TAKEN;
  return error instanceof Error ? error.message : String(error);
}

const TAKEN =
  'The cloud does not take the code, because another agent shows the same one. A new code is made.';

/** A code that was shown before a restart, while it is good; else a new one. It is on disk before anybody sees it. */
async function codeToShow({ directory, device, clock, random }: PairingParts): Promise<PendingPairing> {
  const before = await readPendingPairing(directory);
  if (before !== null && clock.now() < before.expiresAt) return before;
  const { code, secret } = newPairingCode(random);
  const pairing = newPairingId(random);
  const expiresAt = clock.now() + PAIRING_SECONDS * 1000;
  const { offer, mac } = await makeOffer({ secret, device, pairing, expiresAt });
  const pending: PendingPairing = { version: 1, pairing, code, offer, mac, expiresAt };
  await writePendingPairing(directory, pending);
  return pending;
}

/** Shows one code until it is answered or runs out. @throws VaultError or LogRefused where the answer is not right */
async function withOneCode(
  parts: PairingParts,
  refused: string | null,
  signal: AbortSignal,
  onOpen: () => void,
): Promise<void> {
  const { client, clock } = parts;
  const pending = await codeToShow(parts);
  const { pairing, code, offer, mac, expiresAt } = pending;
  const { locator } = parsePairingCode(code);
  try {
    await client.call('agent.open-pairing', { input: { locator, offer, mac } });
  } catch (error) {
    // Taken already, perhaps by the very owner whose answer a crash kept from us: then it is there to be read.
    if (!(error instanceof CloudRefusal && error.kind === 'conflict')) throw error;
    if (await answered(parts, pending)) return;
    await forgetPendingPairing(parts.directory);
    throw error;
  }
  onOpen();
  parts.onShown({ state: 'waiting', code, expiresAt, refused });
  // An answer of the last moment may come a moment later.
  while (!signal.aborted && clock.now() < expiresAt + GRACE_MILLISECONDS) {
    const answer = await client.call('agent.get-pairing', { params: { pairing } }).catch((error: unknown) => {
      // The code stays good while the cloud is away for a moment.
      if (error instanceof CloudAway) return { state: 'waiting' as const };
      throw error;
    });
    if (answer.state === 'expired') break;
    if (answer.state === 'accepted') return take(parts, pending, answer);
    await clock.sleep(POLL_MILLISECONDS, signal);
  }
  if (!signal.aborted) await forgetPendingPairing(parts.directory);
}

/** Takes the answer that waits for this code; false where there is none. */
async function answered(parts: PairingParts, pending: PendingPairing): Promise<boolean> {
  const { pairing } = pending;
  const answer = await parts.client
    .call('agent.get-pairing', { params: { pairing } })
    .catch((error: unknown) => {
      if (error instanceof CloudRefusal) return null;
      throw error;
    });
  if (answer?.state !== 'accepted') return false;
  await take(parts, pending, answer);
  return true;
}

/** Verifies the answer and adopts the home; whatever comes of it, the code is used up. */
async function take(
  { directory, clock, follower, verify = verifyAcceptance }: PairingParts,
  { code, offer, expiresAt }: PendingPairing,
  { acceptance, mac }: { acceptance: string; mac: string },
): Promise<void> {
  try {
    const { secret } = parsePairingCode(code);
    // The loop has asked no longer than the grace; what it was given in that time was made in time.
    const now = Math.min(clock.now(), expiresAt - 1);
    await follower.adopt(await verify({ acceptance, mac, secret, myOffer: offer, now }));
  } catch (error) {
    // While the cloud is away the log cannot be read; the answer is still there when it is back.
    if (!(error instanceof CloudAway)) await forgetPendingPairing(directory);
    throw error;
  }
  await forgetPendingPairing(directory);
}
