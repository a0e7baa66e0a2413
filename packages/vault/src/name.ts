import type { PublicKey } from '@nightlatch/protocol/encoding';
import { type Bytes, concat, fromBase64Url, lengthPrefixed, utf8 } from './encoding.ts';
import { checkEpochKey, type EpochKey, type EpochLabel } from './epoch.ts';
import { refuse } from './errors.ts';
import { HPKE_OVERHEAD_BYTES, openWith, sealTo } from './hpke.ts';

export const NAME_BYTES_MAX = 256;
/** Names are filled up with zero bytes to a multiple of this, so that the seal tells little of their length. */
const NAME_BLOCK_BYTES = 64;

const infoOf = (label: EpochLabel, epochPublicKey: PublicKey): Bytes =>
  lengthPrefixed('nightlatch camera name v1', label.home, label.camera, String(label.epoch), epochPublicKey);

/** A camera's name of 1 to 256 bytes of UTF-8 without control characters, sealed to its epoch key. */
export async function sealCameraName(
  name: string,
  recipient: EpochLabel & { readonly epochPublicKey: PublicKey },
): Promise<string> {
  const bytes = utf8(name);
  if (bytes.length === 0 || bytes.length > NAME_BYTES_MAX || /\p{Cc}/u.test(name) || !name.isWellFormed()) {
    refuse('malformed', 'A camera name has 1 to 256 bytes and no control characters.');
  }
  const padding = new Uint8Array(
    Math.ceil(bytes.length / NAME_BLOCK_BYTES) * NAME_BLOCK_BYTES - bytes.length,
  );
  return sealTo(
    recipient.epochPublicKey,
    infoOf(recipient, recipient.epochPublicKey),
    concat(bytes, padding),
  );
}

/** The name; text from a member of the home, to be shown as text and never as markup. */
export async function openCameraName(
  sealedName: string,
  asked: EpochLabel & { readonly epochKey: EpochKey },
): Promise<string> {
  checkEpochKey(asked.epochKey, asked);
  const sealed = fromBase64Url(sealedName);
  if (sealed.length > NAME_BYTES_MAX + HPKE_OVERHEAD_BYTES) refuse('malformed', 'A sealed name is too long.');
  const bytes = await openWith(
    asked.epochKey.keyPair,
    infoOf(asked, asked.epochKey.publicKey),
    sealed,
    'The camera name',
  );
  const end = bytes.indexOf(0);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(end === -1 ? bytes : bytes.subarray(0, end));
  } catch (cause) {
    return refuse('malformed', 'A camera name is not UTF-8.', cause);
  }
}
