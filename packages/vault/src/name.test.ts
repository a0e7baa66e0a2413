import assert from 'node:assert/strict';
import test from 'node:test';
import { HomeLogAction } from '@nightlatch/protocol/homelog';
import { camera, epochKey, home, otherCamera } from '../tests/making/fixed.ts';
import { nameInfo } from '../tests/making/seals.ts';
import { fromBase64Url, toBase64Url, utf8 } from './encoding.ts';
import { sealTo } from './hpke.ts';
import { openCameraName, sealCameraName } from './name.ts';

const place = { home, camera, epoch: 3 };
const recipient = { ...place, epochPublicKey: epochKey.publicKey };
const asked = { ...place, epochKey: { ...epochKey, ...place } };

test('a name comes back as it was, and fits the home log', async () => {
  for (const name of ['Tür', '🚪'.repeat(64), 'a', 'x'.repeat(256)]) {
    const sealedName = await sealCameraName(name, recipient);
    HomeLogAction.parse({ kind: 'name-camera', camera, epoch: 3, sealedName });
    assert.equal(await openCameraName(sealedName, asked), name);
  }
});

test('short names are all sealed to one length', async () => {
  const lengths = await Promise.all(
    ['a', 'Garage', 'x'.repeat(64)].map(async (name) => (await sealCameraName(name, recipient)).length),
  );
  assert.equal(new Set(lengths).size, 1);
});

test('a name that is empty, too long, or has control characters is not sealed', async () => {
  for (const name of ['', 'x'.repeat(257), 'ä'.repeat(129), 'a\0b', 'a\nb', 'a\ud800']) {
    await assert.rejects(sealCameraName(name, recipient), { reason: 'malformed' }, JSON.stringify(name));
  }
});

test('the name of another camera or epoch is refused', async () => {
  const sealedName = await sealCameraName('Garage', recipient);
  const crossed = { ...asked, camera: otherCamera, epochKey: { ...asked.epochKey, camera: otherCamera } };
  await assert.rejects(openCameraName(sealedName, crossed), { reason: 'damaged' });
  await assert.rejects(openCameraName(sealedName, { ...asked, camera: otherCamera }), {
    reason: 'wrong-subject',
  });
  await assert.rejects(openCameraName(sealedName, { ...asked, epoch: 2 }), { reason: 'wrong-epoch' });
});

test('what is sealed but is no name is refused: not UTF-8, too long, too short', async () => {
  const notUtf8 = await sealTo(epochKey.publicKey, nameInfo, Uint8Array.of(0xff, 0xfe));
  await assert.rejects(openCameraName(notUtf8, asked), { reason: 'malformed' });
  const long = await sealTo(epochKey.publicKey, nameInfo, utf8('x'.repeat(257)));
  await assert.rejects(openCameraName(long, asked), { reason: 'malformed' });
  await assert.rejects(openCameraName(toBase64Url(new Uint8Array(47)), asked), { reason: 'malformed' });
});

test('a bit of a sealed name cannot be turned', async () => {
  const bytes = fromBase64Url(await sealCameraName('Garage', recipient));
  bytes[40] = (bytes[40] ?? 0) ^ 1;
  await assert.rejects(openCameraName(toBase64Url(bytes), asked), { reason: 'damaged' });
});

test('nothing is sealed to a key of small order, for everybody could open it', async () => {
  for (const first of [0, 1]) {
    const epochPublicKey = toBase64Url(Uint8Array.of(first, ...new Uint8Array(31)));
    await assert.rejects(sealCameraName('Garage', { ...place, epochPublicKey }), { reason: 'malformed' });
  }
});
