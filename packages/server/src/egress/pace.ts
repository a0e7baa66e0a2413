export interface Paced {
  readonly keyFrame: boolean;
  /** Others have had it before: it is what this viewer begins with. */
  readonly isRepeated: boolean;
  readonly bytes: number;
}

/**
 * How fast one viewer takes records, whatever the others do. `waitingBytesMax`: what may wait for it beyond the newest
 * key frame, or beyond what it was given to begin with; those are not its slowness.
 */
export function createPace(waitingBytesMax: number) {
  let skipping = false;
  let burstBytes = 0;
  return {
    /** A record does not go, for another reason. */
    skip: (): void => {
      skipping = true;
    },
    /**
     * Whether a record goes, when `waitingBytes` of earlier ones have not left yet. After one that did not, nothing can be
     * decoded until a key frame.
     */
    goes: ({ keyFrame, isRepeated, bytes }: Paced, waitingBytes: number): boolean => {
      if (!isRepeated && waitingBytes <= waitingBytesMax) burstBytes = 0;
      skipping = (skipping && !keyFrame) || waitingBytes > waitingBytesMax + burstBytes;
      if (skipping) return false;
      if (isRepeated) burstBytes += bytes;
      else if (keyFrame) burstBytes = Math.max(burstBytes, bytes);
      return true;
    },
  };
}
