import type { PublicKey } from '@nightlatch/protocol/encoding';
import type { CameraId } from '@nightlatch/protocol/ids';
import type { EpochKey } from '@nightlatch/vault/epoch';

/** What this browser knows by the verified home log, and never by a list of the server. */
export interface Pins {
  /** The key of the box that the camera was added under; null for a camera that the log does not know. */
  deviceKeyOf(camera: CameraId): PublicKey | null;
  /** Throws VaultError where the log has no such epoch, or no seal for this account. */
  epochKey(camera: CameraId, epoch: number): Promise<EpochKey>;
  /** Fetches and verifies what was appended to the log since. */
  refresh(): Promise<void>;
}

/** Looks again at most this often, so that a server that names unknown cameras cannot keep the browser busy. */
const REFRESH_EVERY_MILLISECONDS = 10_000;

/** Pins that fetch the log once more before they say that a camera or an epoch is unknown. */
export function patientPins(pins: Pins, now: () => number) {
  let refreshedAt = Number.NEGATIVE_INFINITY;
  let refreshing: Promise<void> = Promise.resolve();
  const refresh = () => {
    if (now() - refreshedAt >= REFRESH_EVERY_MILLISECONDS) {
      refreshedAt = now();
      refreshing = pins.refresh();
    }
    return refreshing;
  };
  return {
    async deviceKeyOf(camera: CameraId): Promise<PublicKey | null> {
      const known = pins.deviceKeyOf(camera);
      if (known !== null) return known;
      await refresh();
      return pins.deviceKeyOf(camera);
    },
    async epochKey(camera: CameraId, epoch: number): Promise<EpochKey> {
      try {
        return await pins.epochKey(camera, epoch);
      } catch {
        await refresh();
        return pins.epochKey(camera, epoch);
      }
    },
  };
}
export type PatientPins = ReturnType<typeof patientPins>;
