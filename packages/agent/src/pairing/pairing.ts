import { newPairingId, type RandomBytes } from '@nightlatch/protocol/ids';
import { PAIRING_SECONDS } from '@nightlatch/protocol/pairing';
import type { DeviceKey } from '@nightlatch/vault/device';
import { VaultError } from '@nightlatch/vault/errors';
import { makeOffer, newPairingCode, verifyAcceptance } from '@nightlatch/vault/pairing';
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
      if (refused === null && !(error instanceof CloudAway || error instanceof CloudRefusal)) throw error;
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

const messageFor = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Shows one code until it is answered or runs out. @throws VaultError or LogRefused where the answer is not right */
async function withOneCode(
  parts: PairingParts,
  refused: string | null,
  signal: AbortSignal,
  onAnswer: () => void,
): Promise<void> {
  const { client, device, follower, clock, random, verify = verifyAcceptance } = parts;
  const { code, locator, secret } = newPairingCode(random);
  const pairing = newPairingId(random);
  const expiresAt = clock.now() + PAIRING_SECONDS * 1000;
  const { offer, mac } = await makeOffer({ secret, device, pairing, expiresAt });
  try {
    await client.call('agent.open-pairing', { input: { locator, offer, mac } });
  } catch (error) {
    // Another agent shows a code with the same first group: the next code has another one.
    if (error instanceof CloudRefusal && error.kind === 'conflict') return;
    throw error;
  }
  onAnswer();
  parts.onShown({ state: 'waiting', code, expiresAt, refused });
  while (!signal.aborted && clock.now() < expiresAt) {
    const answer = await client.call('agent.get-pairing', { params: { pairing } }).catch((error: unknown) => {
      // The code stays good while the cloud is away for a moment.
      if (error instanceof CloudAway) return { state: 'waiting' as const };
      throw error;
    });
    if (answer.state === 'expired') return;
    if (answer.state === 'accepted') {
      const acceptance = await verify({
        acceptance: answer.acceptance,
        mac: answer.mac,
        secret,
        myOffer: offer,
        now: clock.now(),
      });
      return follower.adopt(acceptance);
    }
    await clock.sleep(POLL_MILLISECONDS, signal);
  }
}
