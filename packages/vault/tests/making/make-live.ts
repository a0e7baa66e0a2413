import { newBroadcastId } from '@nightlatch/protocol/ids';
import { LIVE_GRANT_TYP } from '@nightlatch/protocol/live';
import { lengthPrefixed } from '../../src/encoding.ts';
import { sealingKeyOf } from '../../src/keys.ts';
import { signLiveRequest } from '../../src/live-keys.ts';
import { createRecordSealer, writeInit } from '../../src/live-records.ts';
import { signJws } from '../../src/signing.ts';
import type { LiveVectors } from '../../src/vectors/check-live.ts';
import { fromHex, toHex } from '../../src/vectors/expect.ts';
import { camera, device, home, label, otherCamera, owner, ramp, rampFrom, startedAt } from './fixed.ts';
import { sealFixed } from './seals.ts';

const { agent } = device;
const { epoch } = label;
const broadcast = newBroadcastId(rampFrom(0x11));
const otherBroadcast = newBroadcastId(rampFrom(0x12));
const ephemeralSecret = ramp(0x13, 32);
const liveKey = ramp(0x14, 32);
const mediaType = 'video/mp4; codecs="avc1.640028"';

function flip(text: string, byte: number): string {
  const bytes = fromHex(text);
  bytes[byte] = (bytes[byte] ?? 0) ^ 1;
  return toHex(bytes);
}

export async function makeLive(): Promise<LiveVectors> {
  const { publicKey: ephemeralKey } = await sealingKeyOf(ephemeralSecret);
  const viewer = owner.account;
  const wish = { home, camera, agent, viewer, ephemeralKey, requestedAt: startedAt };
  // Spelled out from the README, and not taken from the vault.
  const info = lengthPrefixed(
    ...['nightlatch live key v1', home, camera, agent, String(epoch), broadcast, viewer, ephemeralKey],
  );
  const sealedKey = await sealFixed(ephemeralKey, info, liveKey, 0x24);
  const grant = { home, camera, agent, epoch, broadcast, viewer, ephemeralKey, sealedKey };

  const sealer = await createRecordSealer({ home, camera, broadcast }, liveKey);
  const tracks = { mediaType, widthPixels: 640, heightPixels: 360, hasAudio: false };
  const plain = [
    { kind: 'init' as const, keyFrame: false, plaintext: writeInit(tracks, ramp(0x50, 12)) },
    { kind: 'fragment' as const, keyFrame: true, plaintext: ramp(0x60, 40) },
    { kind: 'fragment' as const, keyFrame: false, plaintext: ramp(0x70, 0) },
  ];
  const records: LiveVectors['records'][number][] = [];
  for (const { kind, keyFrame, plaintext } of plain) {
    const record = toHex(await sealer.seal(kind, keyFrame, plaintext));
    records.push({ kind, keyFrame, plaintext: toHex(plaintext), record });
  }
  const [init = '', key = '', next = ''] = records.map(({ record }) => record);
  const foreign = await createRecordSealer({ home, camera: otherCamera, broadcast }, liveKey);
  const foreignInit = toHex(await foreign.seal('init', false, ramp(0, 8)));

  const base = { broadcast, liveKey: toHex(liveKey) };
  const lastByte = key.length / 2 - 1;
  return {
    ...{ home, camera, agent, epoch, broadcast, viewer },
    viewerKey: owner.signing.publicKey,
    deviceKey: device.publicKey,
    ephemeralSecret: toHex(ephemeralSecret),
    liveKey: toHex(liveKey),
    request: await signLiveRequest(wish, owner.signing.privateKey),
    grant: await signJws(grant, { typ: LIVE_GRANT_TYP, privateKey: device.privateKey }),
    records,
    mediaType,
    refused: [
      { ...base, name: 'another key', reason: 'damaged', liveKey: toHex(ramp(0x15, 32)), records: [init] },
      {
        ...base,
        name: 'another broadcast',
        reason: 'wrong-subject',
        broadcast: otherBroadcast,
        records: [init],
      },
      { ...base, name: 'another camera under the same key', reason: 'wrong-subject', records: [foreignInit] },
      { ...base, name: 'a record again', reason: 'replayed', records: [init, key, key] },
      { ...base, name: 'records exchanged', reason: 'replayed', records: [init, next, key] },
      { ...base, name: 'another number', reason: 'damaged', records: [init, flip(key, 8)] },
      { ...base, name: 'key frame flag removed', reason: 'damaged', records: [init, flip(key, 6)] },
      { ...base, name: 'bit of the tag', reason: 'damaged', records: [init, flip(key, lastByte)] },
      { ...base, name: 'record cut', reason: 'damaged', records: [init, key.slice(0, -2)] },
      { ...base, name: 'a fragment as the beginning', reason: 'malformed', records: [flip(key, 10)] },
      { ...base, name: 'bit of the magic', reason: 'malformed', records: [flip(init, 0)] },
      { ...base, name: 'another suite', reason: 'malformed', records: [flip(init, 4)] },
    ],
  };
}
