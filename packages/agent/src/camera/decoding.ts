export interface DecodingLimits {
  /** Packets that wait for the decoder. With one more all of them are left out, up to the next key frame. */
  readonly waitingMax: number;
}

/** Two seconds of a camera: later than that a decoder is not slow for a moment, it is too slow. */
export const DECODING_LIMITS: DecodingLimits = { waitingMax: 60 };

/** Belongs to the decoding from the moment it is given, which frees it. */
interface Owned {
  readonly isKeyframe: boolean;
  free(): void;
}

/**
 * Decodes beside the reading: what is recorded and watched must not wait for a decoder. One that does not keep up misses
 * pictures, so that motion is never seen late by more than the little that waits.
 */
export function createDecoding<One extends Owned>(
  decode: (packet: One) => Promise<void>,
  { waitingMax }: DecodingLimits,
) {
  let waiting: One[] = [];
  let needsKeyFrame = false;
  let working: Promise<void> | null = null;
  let failure: { readonly error: unknown } | null = null;

  function leaveOut() {
    for (const one of waiting) one.free();
    waiting = [];
  }

  async function work() {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      try {
        await decode(next);
      } catch (error) {
        failure ??= { error };
        leaveOut();
      } finally {
        next.free();
      }
    }
    working = null;
  }

  return {
    /** @throws whatever an earlier packet has failed with */
    add(packet: One): void {
      if (failure !== null) {
        packet.free();
        throw failure.error;
      }
      if (waiting.length >= waitingMax) {
        leaveOut();
        needsKeyFrame = true;
      }
      if (needsKeyFrame && !packet.isKeyframe) {
        packet.free();
        return;
      }
      needsKeyFrame = false;
      waiting.push(packet);
      working ??= work();
    },
    /** Leaves out what waits, and resolves when nothing is decoded any more. */
    async close(): Promise<void> {
      leaveOut();
      await working;
    },
  };
}
