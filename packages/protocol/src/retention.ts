import { z } from 'zod';
import { Instant } from './encoding.ts';
import { CameraId } from './ids.ts';

export const KEPT_DAYS_MAX = 3650;
/** A home that keeps less would delete a clip before it has ended. */
export const KEPT_BYTES_MIN = 100 * 1024 * 1024;
export const KEPT_BYTES_MAX = 2 ** 50;

/** Days of 24 hours after the start of an event; null keeps without end. */
export const KeptDays = z.number().int().min(1).max(KEPT_DAYS_MAX).nullable();
/** Sealed bytes of a home; what is over goes, oldest first. Null is no limit. */
export const KeptBytes = z.number().int().min(KEPT_BYTES_MIN).max(KEPT_BYTES_MAX).nullable();

/** What is set. A camera that is not named keeps its setting. */
export const RetentionSet = z.object({
  bytesMax: KeptBytes,
  cameras: z
    .array(z.object({ camera: CameraId, days: KeptDays }))
    .max(256)
    .refine((cameras) => new Set(cameras.map(({ camera }) => camera)).size === cameras.length, {
      error: 'a camera is named twice',
    }),
});
export type RetentionSet = z.infer<typeof RetentionSet>;

const Count = z.number().int().min(0);

export const CameraKept = z.object({
  camera: CameraId,
  days: KeptDays,
  events: Count,
  /** Sealed bytes that are stored now. */
  bytes: Count,
  /** Start of the oldest event that is kept and of the newest one; null where there is none. */
  oldestAt: Instant.nullable(),
  newestAt: Instant.nullable(),
});
export type CameraKept = z.infer<typeof CameraKept>;

export const Retention = z.object({
  /** As the owner set it. */
  bytesMax: KeptBytes,
  /** As whoever runs this cloud set it for every home; the smaller one counts. */
  cloudBytesMax: Count.nullable(),
  bytes: Count,
  /** Favourites count too, and stay. */
  favourites: Count,
  favouriteBytes: Count,
  /** Sealed bytes of events that began in the last seven days. */
  bytesOfLastWeek: Count,
  cameras: z.array(CameraKept).max(256),
});
export type Retention = z.infer<typeof Retention>;
