import { statfs } from 'node:fs/promises';

export interface SpoolLimits {
  /** Bytes that the spool may hold in all. */
  readonly spoolBytes: number;
  /** Bytes of the disk that stay free for everybody else. */
  readonly freeBytes: number;
}

const GiB = 1024 ** 3;
export const SPOOL_LIMITS: SpoolLimits = { spoolBytes: 10 * GiB, freeBytes: GiB / 2 };

/** Bytes that an unprivileged user may still write on the disk of `path`. */
export type FreeBytes = (path: string) => Promise<number>;

export const freeBytesOnDisk: FreeBytes = async (path) => {
  const disk = await statfs(path);
  return disk.bavail * disk.bsize;
};

/** The spool has no room for more, and nothing that it may drop. */
export class SpoolFull extends Error {
  readonly reason: 'spool-full' | 'disk-full';
  constructor(reason: 'spool-full' | 'disk-full') {
    super(reason === 'disk-full' ? 'the disk is full' : 'the spool is full');
    this.name = 'SpoolFull';
    this.reason = reason;
  }
}

/** What is short for `bytes` more, or null where there is room. */
export function shortage(
  limits: SpoolLimits,
  usedBytes: number,
  free: number,
  bytes: number,
): SpoolFull['reason'] | null {
  if (free - bytes < limits.freeBytes) return 'disk-full';
  if (usedBytes + bytes > limits.spoolBytes) return 'spool-full';
  return null;
}
