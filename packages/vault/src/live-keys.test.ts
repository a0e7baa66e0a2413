import assert from 'node:assert/strict';
import test from 'node:test';
import { BroadcastId } from '@nightlatch/protocol/ids';
import { LIVE_GRANT_TYP, LIVE_REQUEST_TYP, type LiveGrant } from '@nightlatch/protocol/live';
import {
  device,
  home,
  label,
  otherCamera,
  otherDevice,
  otherHome,
  owner,
  ramp,
  stranger,
} from '../tests/making/fixed.ts';
import { fromBase64Url, toBase64Url } from './encoding.ts';
import {
  newEphemeralKey,
  openLiveGrant,
  signLiveGrant,
  signLiveRequest,
  verifyLiveRequest,
} from './live-keys.ts';
import { signJws } from './signing.ts';

const { camera } = label;
const { agent } = device;
const broadcast = BroadcastId.parse(`live_${'0'.repeat(26)}`);
const otherBroadcast = BroadcastId.parse(`live_${'1'.repeat(26)}`);
const ephemeral = await newEphemeralKey();
const wish = {
  ...{ home, camera, agent, viewer: owner.account },
  ephemeralKey: ephemeral.publicKey,
  requestedAt: 1_700_000_000_000,
};
const request = await signLiveRequest(wish, owner.signing.privateKey);
const asker = { home, camera, agent, viewer: owner.account, viewerKey: owner.signing.publicKey };

const liveKey = ramp(0x40, 32);
const { requestedAt: _, ...asked } = wish;
const granted = { ...asked, epoch: 3, broadcast };
const grant = await signLiveGrant(granted, liveKey, device.privateKey);
const viewer = {
  ...{ home, camera, agent, epoch: 3, viewer: owner.account, ephemeral },
  deviceKey: device.publicKey,
};

test('a request of a member is read by the agent that it is meant for', async () => {
  assert.deepEqual(await verifyLiveRequest(request, asker), wish);
});

test('a request for another home, camera or agent is refused', async () => {
  for (const other of [{ home: otherHome }, { camera: otherCamera }, { agent: otherDevice.agent }])
    await assert.rejects(verifyLiveRequest(request, { ...asker, ...other }), { reason: 'wrong-subject' });
});

test('a request of somebody else is refused, whatever name it goes by', async () => {
  await assert.rejects(verifyLiveRequest(request, { ...asker, viewer: stranger.account }), {
    reason: 'wrong-member',
  });
  const forged = await signLiveRequest(wish, stranger.signing.privateKey);
  await assert.rejects(verifyLiveRequest(forged, asker), { reason: 'wrong-signature' });
  const misused = await signJws(wish, { typ: LIVE_GRANT_TYP, privateKey: owner.signing.privateKey });
  await assert.rejects(verifyLiveRequest(misused, asker), { reason: 'wrong-type' });
});

test('the key of a broadcast opens for the request that it answers', async () => {
  assert.deepEqual(await openLiveGrant(grant, viewer), { broadcast, epoch: 3, liveKey });
  assert.equal(await ephemeral.privateKey.extractable, false);
});

test('a viewer whose log is behind takes a newer epoch, and one whose log is ahead takes no older one', async () => {
  assert.equal((await openLiveGrant(grant, { ...viewer, epoch: 2 })).epoch, 3);
  await assert.rejects(openLiveGrant(grant, { ...viewer, epoch: 4 }), { reason: 'wrong-epoch' });
});

test('a grant of another home, camera, agent or member is refused', async () => {
  for (const other of [{ home: otherHome }, { camera: otherCamera }, { agent: otherDevice.agent }])
    await assert.rejects(openLiveGrant(grant, { ...viewer, ...other }), { reason: 'wrong-subject' });
  await assert.rejects(openLiveGrant(grant, { ...viewer, viewer: stranger.account }), {
    reason: 'wrong-member',
  });
});

test('a grant for another request of the same member is refused', async () => {
  const later = { ...viewer, ephemeral: await newEphemeralKey() };
  await assert.rejects(openLiveGrant(grant, later), { reason: 'replayed' });
});

test('a grant that another device signed is refused', async () => {
  const forged = await signLiveGrant(granted, liveKey, otherDevice.privateKey);
  await assert.rejects(openLiveGrant(forged, viewer), { reason: 'wrong-signature' });
  const misused = await signJws(
    { ...granted, sealedKey: 'A'.repeat(107) },
    {
      ...{ typ: LIVE_REQUEST_TYP, privateKey: device.privateKey },
    },
  );
  await assert.rejects(openLiveGrant(misused, viewer), { reason: 'wrong-type' });
});

test('a sealed key opens for no other broadcast, epoch or request, even where the device signs that it does', async () => {
  const { sealedKey }: LiveGrant = JSON.parse(
    new TextDecoder().decode(fromBase64Url(grant.split('.')[1] ?? '')),
  );
  for (const other of [{ broadcast: otherBroadcast }, { epoch: 4 }]) {
    const spliced = await signJws(
      { ...granted, ...other, sealedKey },
      { typ: LIVE_GRANT_TYP, privateKey: device.privateKey },
    );
    await assert.rejects(openLiveGrant(spliced, viewer), { reason: 'damaged' });
  }
});

test('the key of a broadcast has 32 bytes, and is sealed to a real key only', async () => {
  await assert.rejects(signLiveGrant(granted, ramp(0, 31), device.privateKey), { reason: 'malformed' });
  const nobody = { ...granted, ephemeralKey: toBase64Url(new Uint8Array(32)) };
  await assert.rejects(signLiveGrant(nobody, liveKey, device.privateKey), { reason: 'malformed' });
});
