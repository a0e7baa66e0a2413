/** Where a live record has its number: behind magic, suite, kind and flags. */
const SEQUENCE_OFFSET = 7;
const TIME_BYTES = 8;

/**
 * Stamps a record with its number and the moment at which it was due, in milliseconds since 1970. It is no longer what
 * was sealed: a relay has no key and cannot tell, and whoever measures opens nothing.
 */
export function stamp(record: Buffer, sequence: number, dueAt: number): void {
  record.writeUInt32BE(sequence, SEQUENCE_OFFSET);
  record.writeDoubleBE(dueAt, record.length - TIME_BYTES);
}

export const stampOf = (record: Buffer): { sequence: number; dueAt: number } => ({
  sequence: record.readUInt32BE(SEQUENCE_OFFSET),
  dueAt: record.readDoubleBE(record.length - TIME_BYTES),
});
