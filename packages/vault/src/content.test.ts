import assert from 'node:assert/strict';
import test from 'node:test';
import { SealedSecret } from '@nightlatch/protocol/homelog';
import {
  contentKey,
  epochKey,
  label,
  otherCamera,
  otherEvent,
  otherHome,
  ramp,
} from '../tests/making/fixed.ts';
import { newContentKey, openContentKey, sealContentKey } from './content.ts';
import { fromBase64Url, systemRandom, toBase64Url } from './encoding.ts';
import type { EpochKey } from './epoch.ts';
import { sealingKeyOf } from './keys.ts';

const { home, camera, epoch } = label;
const opened: EpochKey = { ...epochKey, home, camera, epoch };
const asked = { ...label, epochKey: opened };
const sealed = await sealContentKey(contentKey, { ...label, epochPublicKey: epochKey.publicKey });

test('whoever has the epoch key opens the content key', async () => {
  assert.equal(SealedSecret.parse(sealed), sealed);
  assert.deepEqual(await openContentKey(sealed, asked), contentKey);
  assert.notDeepEqual(newContentKey(systemRandom), newContentKey(systemRandom));
});

test('a content key of another event, kind or revision is refused', async () => {
  for (const other of [{ event: otherEvent }, { kind: 'clip' as const }, { revision: 2 }]) {
    await assert.rejects(openContentKey(sealed, { ...asked, ...other }), { reason: 'damaged' });
  }
});

test('a content key of another home, camera or epoch is refused, with that label on the epoch key too', async () => {
  for (const other of [{ home: otherHome }, { camera: otherCamera }, { epoch: 2 }]) {
    const crossed = { ...asked, ...other, epochKey: { ...opened, ...other } };
    await assert.rejects(openContentKey(sealed, crossed), { reason: 'damaged' });
  }
});

test('an epoch key of another home, camera or epoch is refused before it is tried', async () => {
  const keyOf = (other: Partial<EpochKey>) =>
    openContentKey(sealed, { ...asked, epochKey: { ...opened, ...other } });
  await assert.rejects(keyOf({ home: otherHome }), { reason: 'wrong-subject' });
  await assert.rejects(keyOf({ camera: otherCamera }), { reason: 'wrong-subject' });
  await assert.rejects(keyOf({ epoch: 2 }), { reason: 'wrong-epoch' });
});

test('another epoch key under the right label is refused', async () => {
  const wrong: EpochKey = { ...opened, ...(await sealingKeyOf(ramp(0x99, 32))) };
  await assert.rejects(openContentKey(sealed, { ...asked, epochKey: wrong }), { reason: 'damaged' });
});

test('no bit of a sealed content key can be turned, and nothing cut off', async () => {
  for (const byte of [0, 31, 32, 63, 64, 79]) {
    const bytes = fromBase64Url(sealed);
    bytes[byte] = (bytes[byte] ?? 0) ^ 1;
    await assert.rejects(openContentKey(toBase64Url(bytes), asked), { reason: 'damaged' });
  }
  await assert.rejects(openContentKey(sealed.slice(0, -4), asked), { reason: 'malformed' });
});

test('a content key of another length is not sealed', async () => {
  const short = sealContentKey(ramp(0, 31), { ...label, epochPublicKey: epochKey.publicKey });
  await assert.rejects(short, { reason: 'malformed' });
});
