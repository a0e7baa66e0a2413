import assert from 'node:assert/strict';
import test from 'node:test';
import { EpochSeal } from '@nightlatch/protocol/homelog';
import {
  camera,
  epochKey,
  epochSecret,
  home,
  otherCamera,
  otherHome,
  owner,
  ramp,
  stranger,
} from '../tests/making/fixed.ts';
import { fromBase64Url, toBase64Url } from './encoding.ts';
import { checkEpochKey, fingerprintOf, generateEpochKey, openEpochKey, sealEpochKey } from './epoch.ts';

const place = { home, camera, epoch: 3 };
const member = owner.account;
const seal = await sealEpochKey(epochSecret, { ...place, member, sealingKey: owner.sealing.publicKey });
const asked = { ...place, member, sealing: owner.sealing, epochPublicKey: epochKey.publicKey };

test('a member opens the epoch key, and cannot export it', async () => {
  assert.deepEqual(EpochSeal.parse(seal), seal);
  const key = await openEpochKey(seal, asked);
  assert.equal(key.publicKey, epochKey.publicKey);
  assert.deepEqual({ home: key.home, camera: key.camera, epoch: key.epoch }, place);
  assert.equal(key.keyPair.privateKey.extractable, false);
});

test('a new epoch key is another one each time, and its halves belong together', async () => {
  const one = await generateEpochKey();
  const other = await generateEpochKey();
  assert.notEqual(one.publicKey, other.publicKey);
  const sealed = await sealEpochKey(one.privateKeyBytes, {
    ...place,
    member,
    sealingKey: owner.sealing.publicKey,
  });
  assert.equal(
    (await openEpochKey(sealed, { ...asked, epochPublicKey: one.publicKey })).publicKey,
    one.publicKey,
  );
});

test('a seal for another member is refused, also when it is renamed', async () => {
  const theirs = await sealEpochKey(epochSecret, {
    ...place,
    member: stranger.account,
    sealingKey: stranger.sealing.publicKey,
  });
  await assert.rejects(openEpochKey(theirs, asked), { reason: 'wrong-member', message: /somebody else/ });
  await assert.rejects(openEpochKey({ ...theirs, member }, asked), {
    reason: 'wrong-member',
    message: /another key/,
  });
  const fingerprint = await fingerprintOf(owner.sealing.publicKey);
  await assert.rejects(openEpochKey({ ...theirs, member, fingerprint }, asked), { reason: 'damaged' });
});

test('a seal to the right key under the name of another member is refused', async () => {
  const crossed = await sealEpochKey(epochSecret, {
    ...place,
    member: stranger.account,
    sealingKey: owner.sealing.publicKey,
  });
  await assert.rejects(openEpochKey({ ...crossed, member }, asked), { reason: 'damaged' });
});

test('a seal of another home, camera or epoch is refused', async () => {
  for (const other of [{ home: otherHome }, { camera: otherCamera }, { epoch: 2 }]) {
    await assert.rejects(openEpochKey(seal, { ...asked, ...other }), { reason: 'damaged' });
  }
});

test('a seal that opens to another key than the home log has is refused', async () => {
  const other = await sealEpochKey(ramp(0xf0, 32), { ...place, member, sealingKey: owner.sealing.publicKey });
  await assert.rejects(openEpochKey(other, asked), { reason: 'wrong-epoch' });
});

test('no bit of a seal can be turned, and nothing cut off', async () => {
  for (const byte of [0, 31, 32, 63, 64, 79]) {
    const bytes = fromBase64Url(seal.sealed);
    bytes[byte] = (bytes[byte] ?? 0) ^ 1;
    await assert.rejects(openEpochKey({ ...seal, sealed: toBase64Url(bytes) }, asked), { reason: 'damaged' });
  }
  const cut = toBase64Url(fromBase64Url(seal.sealed).subarray(0, 79));
  await assert.rejects(openEpochKey({ ...seal, sealed: cut }, asked), { reason: 'malformed' });
});

test('an encapsulated key of small order, which everybody could compute with, is refused', async () => {
  const bytes = fromBase64Url(seal.sealed);
  bytes.fill(0, 0, 32);
  await assert.rejects(openEpochKey({ ...seal, sealed: toBase64Url(bytes) }, asked), { reason: 'damaged' });
});

test('an epoch key is not tried for another home, camera or epoch', () => {
  const key = { ...epochKey, ...place };
  checkEpochKey(key, place);
  assert.throws(() => checkEpochKey(key, { ...place, home: otherHome }), { reason: 'wrong-subject' });
  assert.throws(() => checkEpochKey(key, { ...place, camera: otherCamera }), { reason: 'wrong-subject' });
  assert.throws(() => checkEpochKey(key, { ...place, epoch: 2 }), { reason: 'wrong-epoch' });
});

test('a private half of another length is not sealed', async () => {
  const short = sealEpochKey(ramp(0, 31), { ...place, member, sealingKey: owner.sealing.publicKey });
  await assert.rejects(short, { reason: 'malformed' });
});
