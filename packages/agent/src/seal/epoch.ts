import type { PublicKey } from '@nightlatch/protocol/encoding';
import type { CameraId, HomeId } from '@nightlatch/protocol/ids';

/** The epoch that a camera records for now, by the verified home log. */
export interface SealingEpoch {
  readonly home: HomeId;
  readonly epoch: number;
  readonly publicKey: PublicKey;
}

/** Null while the owner has not given the camera a key: then nothing is recorded. */
export type EpochOf = (camera: CameraId) => SealingEpoch | null;
