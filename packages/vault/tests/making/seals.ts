import type { PublicKey } from '@nightlatch/protocol/encoding';
import { type Bytes, concat, lengthPrefixed, toBase64Url, utf8 } from '../../src/encoding.ts';
import { fingerprintOf } from '../../src/epoch.ts';
import { hpkeSuite } from '../../src/hpke.ts';
import { importSealingPublicKey } from '../../src/keys.ts';
import { camera, contentKey, epochKey, epochSecret, home, label, owner, ramp } from './fixed.ts';

/**
 * Sealing with an ephemeral key that is given. Only vectors may do this, so that they can be made again: the vault
 * itself has no such way. The `info` strings are spelled out here from the README, and not taken from the vault.
 */
export async function sealFixed(
  publicKey: PublicKey,
  info: Bytes,
  plaintext: Bytes,
  start: number,
): Promise<string> {
  const recipientPublicKey = await importSealingPublicKey(publicKey);
  const { enc, ct } = await hpkeSuite.seal({ recipientPublicKey, info, ekm: ramp(start, 32) }, plaintext);
  return toBase64Url(concat(new Uint8Array(enc), new Uint8Array(ct)));
}

const { epoch, event, kind, revision } = label;

export const epochInfo = async (of: number, member: { account: string; sealing: { publicKey: string } }) =>
  lengthPrefixed(
    'nightlatch epoch seal v1',
    home,
    camera,
    String(of),
    member.account,
    await fingerprintOf(member.sealing.publicKey),
  );

export const contentInfo = lengthPrefixed(
  'nightlatch content key v1',
  home,
  camera,
  event,
  kind,
  String(revision),
  String(epoch),
  epochKey.publicKey,
);

export const nameInfo = lengthPrefixed(
  'nightlatch camera name v1',
  home,
  camera,
  String(epoch),
  epochKey.publicKey,
);

export const cameraName = 'Haustür 🚪';
const paddedName = concat(utf8(cameraName), new Uint8Array(64 - utf8(cameraName).length));

export const sealedEpochKey = await sealFixed(
  owner.sealing.publicKey,
  await epochInfo(epoch, owner),
  epochSecret,
  0x21,
);
export const sealedContentKey = await sealFixed(epochKey.publicKey, contentInfo, contentKey, 0x22);
export const sealedName = await sealFixed(epochKey.publicKey, nameInfo, paddedName, 0x23);
