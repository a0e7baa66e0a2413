import type { PublicKey } from '@nightlatch/protocol/encoding';
import type { RandomBytes } from '@nightlatch/protocol/ids';
import type { ObjectLabel } from './container.ts';
import { type Bytes, drawn, fixedBytes, lengthPrefixed } from './encoding.ts';
import { checkEpochKey, type EpochKey } from './epoch.ts';
import { refuse } from './errors.ts';
import { openWith, sealTo } from './hpke.ts';
import { SECRET_BYTES } from './keys.ts';

const SEALED_SECRET_BYTES = 80;

/** A key for one object: clip, thumbnail and metadata of an event never share one. */
export const newContentKey = (random: RandomBytes): Bytes => drawn(random, SECRET_BYTES);

const infoOf = (label: ObjectLabel, epochPublicKey: PublicKey): Bytes =>
  lengthPrefixed(
    'nightlatch content key v1',
    label.home,
    label.camera,
    label.event,
    label.kind,
    String(label.revision),
    String(label.epoch),
    epochPublicKey,
  );

/** The content key sealed to the camera's epoch key, for exactly this object. */
export async function sealContentKey(
  contentKey: Bytes,
  recipient: ObjectLabel & { readonly epochPublicKey: PublicKey },
): Promise<string> {
  if (contentKey.length !== SECRET_BYTES) refuse('malformed', 'A content key has 32 bytes.');
  return sealTo(recipient.epochPublicKey, infoOf(recipient, recipient.epochPublicKey), contentKey);
}

/** The content key of exactly this object; another epoch's key is refused before it is tried. */
export async function openContentKey(
  sealedKey: string,
  asked: ObjectLabel & { readonly epochKey: EpochKey },
): Promise<Bytes> {
  checkEpochKey(asked.epochKey, asked);
  const sealed = fixedBytes(sealedKey, SEALED_SECRET_BYTES, 'A sealed content key');
  return openWith(asked.epochKey.keyPair, infoOf(asked, asked.epochKey.publicKey), sealed, 'The content key');
}
