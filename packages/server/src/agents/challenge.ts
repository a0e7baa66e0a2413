import { createHmac, timingSafeEqual } from 'node:crypto';
import type { RandomBytes } from '@nightlatch/protocol/ids';
import type { Clock } from '../foundation.ts';

const CHALLENGE_MILLISECONDS = 60_000;
const TIME_BYTES = 8;
const NONCE_BYTES = 16;
const MAC_BYTES = 32;

/** Challenges for agents, that need not be remembered: a time and a nonce under a MAC of this installation's key. */
export function createChallenges({
  key,
  clock,
  random,
}: {
  key: Uint8Array;
  clock: Clock;
  random: RandomBytes;
}) {
  const macOf = (body: Uint8Array): Buffer =>
    createHmac('sha256', key).update('nightlatch agent challenge v1').update(body).digest();
  return {
    issue: (): string => {
      const body = Buffer.alloc(TIME_BYTES + NONCE_BYTES);
      body.writeBigUInt64BE(BigInt(clock()));
      body.set(random(NONCE_BYTES), TIME_BYTES);
      return Buffer.concat([body, macOf(body)]).toString('base64url');
    },
    /** Whether it was issued here within the last minute. */
    accepts: (challenge: string): boolean => {
      const bytes = Buffer.from(challenge, 'base64url');
      if (bytes.length !== TIME_BYTES + NONCE_BYTES + MAC_BYTES) return false;
      const body = bytes.subarray(0, TIME_BYTES + NONCE_BYTES);
      if (!timingSafeEqual(macOf(body), bytes.subarray(TIME_BYTES + NONCE_BYTES))) return false;
      const age = clock() - Number(body.readBigUInt64BE());
      return age >= 0 && age <= CHALLENGE_MILLISECONDS;
    },
  };
}
