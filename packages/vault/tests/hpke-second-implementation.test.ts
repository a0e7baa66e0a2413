import assert from 'node:assert/strict';
import test from 'node:test';
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_X25519_HKDF_SHA256 } from 'hpke';
import { openContentKey, sealContentKey } from '../src/content.ts';
import { concat, fromBase64Url, toBase64Url, utf8 } from '../src/encoding.ts';
import { openEpochKey, sealEpochKey } from '../src/epoch.ts';
import { openCameraName, sealCameraName } from '../src/name.ts';
import { camera, contentKey, epochKey, epochSecret, home, label, owner } from './making/fixed.ts';
import { contentInfo, epochInfo, nameInfo } from './making/seals.ts';

// The package `hpke` shares no code with `@hpke/core`, which the vault uses.
const other = new CipherSuite(KEM_DHKEM_X25519_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_256_GCM);
const { epoch } = label;
const opened = { ...epochKey, home, camera, epoch };
const member = { home, camera, epoch, member: owner.account };

async function sealByOther(publicKey: string, info: Uint8Array, plaintext: Uint8Array): Promise<string> {
  const key = await other.DeserializePublicKey(fromBase64Url(publicKey));
  const { encapsulatedSecret, ciphertext } = await other.Seal(key, plaintext, { info });
  return toBase64Url(concat(encapsulatedSecret, ciphertext));
}

function openByOther(pair: CryptoKeyPair, info: Uint8Array, sealed: string): Promise<Uint8Array> {
  const bytes = fromBase64Url(sealed);
  return other.Open(pair, bytes.slice(0, 32), bytes.slice(32), { info });
}

test('an epoch key sealed by the vault is opened by another implementation, and the other way round', async () => {
  const info = await epochInfo(epoch, owner);
  const seal = await sealEpochKey(epochSecret, { ...member, sealingKey: owner.sealing.publicKey });
  assert.deepEqual(new Uint8Array(await openByOther(owner.sealing.keyPair, info, seal.sealed)), epochSecret);

  const sealed = await sealByOther(owner.sealing.publicKey, info, epochSecret);
  const asked = { ...member, sealing: owner.sealing, epochPublicKey: epochKey.publicKey };
  const key = await openEpochKey({ ...seal, sealed }, asked);
  assert.equal(key.publicKey, epochKey.publicKey);
});

test('a content key sealed by the vault is opened by another implementation, and the other way round', async () => {
  const sealed = await sealContentKey(contentKey, { ...label, epochPublicKey: epochKey.publicKey });
  assert.deepEqual(new Uint8Array(await openByOther(epochKey.keyPair, contentInfo, sealed)), contentKey);

  const byOther = await sealByOther(epochKey.publicKey, contentInfo, contentKey);
  assert.deepEqual(await openContentKey(byOther, { ...label, epochKey: opened }), contentKey);
});

test('a camera name sealed by the vault is opened by another implementation, and the other way round', async () => {
  const place = { home, camera, epoch };
  const padded = concat(utf8('Garage'), new Uint8Array(58));
  const sealed = await sealCameraName('Garage', { ...place, epochPublicKey: epochKey.publicKey });
  assert.deepEqual(new Uint8Array(await openByOther(epochKey.keyPair, nameInfo, sealed)), padded);

  const byOther = await sealByOther(epochKey.publicKey, nameInfo, padded);
  assert.equal(await openCameraName(byOther, { ...place, epochKey: opened }), 'Garage');
});

test('neither implementation opens what was sealed under another info', async () => {
  const sealed = await sealContentKey(contentKey, { ...label, epochPublicKey: epochKey.publicKey });
  await assert.rejects(openByOther(epochKey.keyPair, nameInfo, sealed));
  const crossed = await sealByOther(epochKey.publicKey, nameInfo, contentKey);
  await assert.rejects(openContentKey(crossed, { ...label, epochKey: opened }), { reason: 'damaged' });
});
