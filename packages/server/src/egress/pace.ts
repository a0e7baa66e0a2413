/**
 * How fast one viewer takes records, whatever the others do. `waitingBytesMax`: what may wait for it beyond the newest
 * key frame, or beyond what it was given to begin with; those are not its slowness.
 */
export function createPace(waitingBytesMax: number) {
  let skipping = false;
  let burstBytes = 0;
  return {
    /** So many bytes come at once, because it begins. */
    begin: (bytes: number): void => {
      skipping = false;
      burstBytes = bytes;
    },
    /** A record does not go, for another reason. */
    skip: (): void => {
      skipping = true;
    },
    /**
     * Whether a record of `bytes` goes, when `waitingBytes` of earlier ones have not left yet. After one that did not,
     * nothing can be decoded until a key frame.
     */
    goes: (record: { readonly keyFrame: boolean; readonly bytes: number }, waitingBytes: number): boolean => {
      if (waitingBytes <= waitingBytesMax) burstBytes = 0;
      skipping = (skipping && !record.keyFrame) || waitingBytes > waitingBytesMax + burstBytes;
      if (record.keyFrame && !skipping) burstBytes = Math.max(burstBytes, record.bytes);
      return !skipping;
    },
  };
}
