import { type Bytes, sameBytes } from '../encoding.ts';
import { VaultError, type VaultReason } from '../errors.ts';

/** Bytes as vectors write them: two lower-case hexadecimal digits each. */
export const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

export function fromHex(text: string): Bytes {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new Error('this is not lower-case hexadecimal');
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Throws where a vector and this implementation differ, and counts what it has compared. */
export interface Expectation {
  readonly count: () => number;
  equal(found: string | number | null | undefined, wanted: string | number | null, what: string): void;
  bytes(found: Uint8Array, wanted: Uint8Array, what: string): void;
  /** `attempt` must be refused with exactly this reason. */
  refused(attempt: () => Promise<unknown>, reason: VaultReason, what: string): Promise<void>;
}

export function expectation(): Expectation {
  let compared = 0;
  return {
    count: () => compared,
    equal(found, wanted, what) {
      compared++;
      if (found !== wanted) throw new Error(`${what}: found ${found}, the vector says ${wanted}`);
    },
    bytes(found, wanted, what) {
      compared++;
      if (!sameBytes(found, wanted)) {
        throw new Error(`${what}: found ${toHex(found)}, the vector says ${toHex(wanted)}`);
      }
    },
    async refused(attempt, reason, what) {
      compared++;
      try {
        await attempt();
      } catch (error) {
        if (error instanceof VaultError && error.reason === reason) return;
        throw new Error(`${what}: refused otherwise than as ${reason}`, { cause: error });
      }
      throw new Error(`${what}: was not refused`);
    },
  };
}
