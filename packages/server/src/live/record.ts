import { type LiveHeader, parseLiveHeader } from '@nightlatch/vault/live-records';

/** A sealed record as it came from an agent, and what exactly these bytes say of themselves. */
export interface LiveRecord extends LiveHeader {
  readonly bytes: Uint8Array;
}

/** The label is read once, from the bytes that will be sent, and stays with them. Throws `VaultError`. */
export const readRecord = (bytes: Uint8Array): LiveRecord =>
  Object.freeze({ ...parseLiveHeader(bytes), bytes });
