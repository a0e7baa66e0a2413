import type { Hash, PublicKey } from '@nightlatch/protocol/encoding';
import type { EpochSeal } from '@nightlatch/protocol/homelog';
import type { AccountId, CameraId, HomeId } from '@nightlatch/protocol/ids';
import { type Bytes, fixedBytes, hashBytes, lengthPrefixed } from './encoding.ts';
import { refuse } from './errors.ts';
import { openWith, sealTo } from './hpke.ts';
import { newSealingSecret, SECRET_BYTES, type SealingKey, sealingKeyOf } from './keys.ts';

/** The key of one camera's epoch, opened. It knows whose it is, so that it is not used for another. */
export interface EpochKey extends SealingKey {
  readonly home: HomeId;
  readonly camera: CameraId;
  readonly epoch: number;
}

export interface EpochLabel {
  readonly home: HomeId;
  readonly camera: CameraId;
  readonly epoch: number;
}

const SEALED_SECRET_BYTES = 80;

/** SHA-256 of a member's sealing key. */
export const fingerprintOf = async (sealingKey: PublicKey): Promise<Hash> =>
  hashBytes(fixedBytes(sealingKey, 32, 'A sealing key'));

const infoOf = (label: EpochLabel, member: AccountId, fingerprint: Hash): Bytes =>
  lengthPrefixed(
    'nightlatch epoch seal v1',
    label.home,
    label.camera,
    String(label.epoch),
    member,
    fingerprint,
  );

/** A new pair: the public half for the home log, and the 32 bytes of the private half to be sealed to the members. */
export async function generateEpochKey(): Promise<{ publicKey: PublicKey; privateKeyBytes: Bytes }> {
  const privateKeyBytes = await newSealingSecret();
  return { publicKey: (await sealingKeyOf(privateKeyBytes)).publicKey, privateKeyBytes };
}

/** The private half sealed to one member, for exactly this home, camera, epoch and member. */
export async function sealEpochKey(
  privateKeyBytes: Bytes,
  recipient: EpochLabel & { readonly member: AccountId; readonly sealingKey: PublicKey },
): Promise<EpochSeal> {
  if (privateKeyBytes.length !== SECRET_BYTES)
    refuse('malformed', 'The private half of an epoch key has 32 bytes.');
  const fingerprint = await fingerprintOf(recipient.sealingKey);
  const info = infoOf(recipient, recipient.member, fingerprint);
  return {
    member: recipient.member,
    fingerprint,
    sealed: await sealTo(recipient.sealingKey, info, privateKeyBytes),
  };
}

/**
 * The epoch key from a member's seal. `epochPublicKey` comes from the home log: a seal that opens to another key is
 * `wrong-epoch`, and a seal for somebody else or for an older key of one's own is `wrong-member`.
 */
export async function openEpochKey(
  seal: EpochSeal,
  asked: EpochLabel & {
    readonly member: AccountId;
    readonly sealing: Pick<SealingKey, 'publicKey' | 'keyPair'>;
    readonly epochPublicKey: PublicKey;
  },
): Promise<EpochKey> {
  const fingerprint = await fingerprintOf(asked.sealing.publicKey);
  if (seal.member !== asked.member) refuse('wrong-member', 'This epoch key was sealed for somebody else.');
  if (seal.fingerprint !== fingerprint)
    refuse('wrong-member', 'This epoch key was sealed for another key of yours.');
  const sealed = fixedBytes(seal.sealed, SEALED_SECRET_BYTES, 'A sealed epoch key');
  const info = infoOf(asked, asked.member, fingerprint);
  const secret = await openWith(asked.sealing.keyPair, info, sealed, 'The epoch key');
  const key = await sealingKeyOf(secret);
  if (key.publicKey !== asked.epochPublicKey) {
    refuse('wrong-epoch', 'The seal opened to another key than the home log has for this epoch.');
  }
  return { ...key, home: asked.home, camera: asked.camera, epoch: asked.epoch };
}

/** Refuses a key of another camera or epoch before it is tried. */
export function checkEpochKey(key: EpochKey, asked: EpochLabel): void {
  if (key.home !== asked.home || key.camera !== asked.camera) {
    refuse('wrong-subject', 'This epoch key belongs to another camera.');
  }
  if (key.epoch !== asked.epoch) refuse('wrong-epoch', 'This key belongs to another epoch of the camera.');
}
