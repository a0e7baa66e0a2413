import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLiveFeed, type LiveMessage } from './live-feed.ts';
import type { MediaPacket } from './packets.ts';

const SETS = [0, 0, 0, 1, 0x67, 0x64, 0, 0x1f, 0xac, 0, 0, 0, 1, 0x68, 0xee, 0x3c, 0x80];
const OTHER_SETS = [0, 0, 0, 1, 0x67, 0x4d, 0, 0x1f, 0xac, 0, 0, 0, 1, 0x68, 0xee, 0x3c, 0x80];

const picture = (dts: number, { keyFrame = false, pts = dts, sets = SETS } = {}): MediaPacket => {
  const nal = [0, 0, 0, 1, keyFrame ? 0x65 : 0x41, dts & 0xff, 0x80];
  return { track: 'video', data: Uint8Array.from(keyFrame ? [...sets, ...nal] : nal), pts, dts, keyFrame };
};
const sound = (pts: number): MediaPacket => ({
  track: 'audio',
  data: Uint8Array.of(1, 2, 3),
  pts,
  dts: pts,
  keyFrame: true,
});

function feeding({ withSound = false } = {}) {
  const told: LiveMessage[] = [];
  const feed = createLiveFeed({
    video: { timescale: 1000, widthPixels: 640, heightPixels: 360, parameterSets: null },
    audio: withSound ? { timescale: 8000, channels: 1, config: Uint8Array.of(0x15, 0x88) } : null,
    emit: (message) => told.push(message),
  });
  return { feed, told };
}
const kinds = (told: LiveMessage[]): string =>
  told
    .map((one) => (one.kind === 'fragment' ? (one.keyFrame ? 'key' : 'other') : `${one.kind} ${one.take}`))
    .join(', ');

/** Of a fragment of one sample: track, decoding time, duration and composition offset, read back from its boxes. */
function readSample(message: LiveMessage | undefined) {
  assert.ok(message?.kind === 'fragment');
  const view = Buffer.from(message.bytes);
  const at = (type: string): number => view.indexOf(type) + 4;
  assert.equal(view.readUInt32BE(at('trun') + 4), 1);
  return {
    track: view.readUInt32BE(at('tfhd') + 4),
    dts: Number(view.readBigUInt64BE(at('tfdt') + 4)),
    duration: view.readUInt32BE(at('trun') + 12),
    offset: view.readInt32BE(at('trun') + 24),
  };
}

test('each picture and each sound is a fragment as soon as it comes, after a burst from the last key frame', () => {
  const { feed, told } = feeding({ withSound: true });
  feed.begin(1, [picture(0, { keyFrame: true }), sound(0), picture(100)]);
  assert.equal(kinds(told), 'start 1, key, other, other');
  assert.ok(told[0]?.kind === 'start');
  assert.deepEqual(told[0].tracks, {
    mediaType: 'video/mp4; codecs="avc1.64001f,mp4a.40.2"',
    widthPixels: 640,
    heightPixels: 360,
    hasAudio: true,
  });
  for (const [count, packet] of [picture(200), sound(1024), picture(300)].entries()) {
    feed.packet(packet);
    assert.equal(told.length, 5 + count);
  }
  assert.deepEqual(readSample(told[5]), { track: 2, dts: 1024, duration: 1024, offset: 0 });
  assert.deepEqual(readSample(told[6]), { track: 1, dts: 300, duration: 100, offset: 0 });
});

test('without a key frame to begin with it waits for one, and nobody watching means nothing told', () => {
  const { feed, told } = feeding();
  feed.packet(picture(0, { keyFrame: true }));
  feed.begin(1, []);
  feed.packet(picture(100));
  assert.equal(kinds(told), '');
  feed.packet(picture(200, { keyFrame: true }));
  feed.packet(picture(300));
  assert.equal(kinds(told), 'start 1, key, other');
  feed.stop();
  feed.packet(picture(400));
  assert.equal(told.length, 3);
});

test('a picture is said to last as long as the longest of those before it, so that no later one looks like a jump', () => {
  const { feed, told } = feeding();
  for (const dts of [0, 66, 76, 198, 264, 330]) feed.packet(picture(dts));
  feed.begin(1, [picture(330, { keyFrame: true })]);
  assert.equal(readSample(told[1]).duration, 122);
  for (const dts of [396, 462, 528, 594, 660, 726]) feed.packet(picture(dts));
  assert.equal(readSample(told.at(-1)).duration, 66);
  const unknown = feeding();
  unknown.feed.begin(1, [picture(0, { keyFrame: true })]);
  assert.equal(readSample(unknown.told[1]).duration, 200);
});

test('pictures out of order keep their order of decoding, and those that need what never came are left out', () => {
  const { feed, told } = feeding();
  feed.begin(1, [picture(100, { keyFrame: true, pts: 300 }), picture(200, { pts: 200 })]);
  feed.packet(picture(300, { pts: 600 }));
  feed.packet(picture(400, { pts: 400 }));
  assert.equal(kinds(told), 'start 1, key, other, other');
  assert.deepEqual(
    told.slice(1).map((message) => [readSample(message).dts, readSample(message).offset]),
    [
      [0, 200],
      [200, 300],
      [300, 0],
    ],
  );
});

test('other parameter sets begin anew under the same number, and a new number begins anew', () => {
  const { feed, told } = feeding();
  feed.begin(1, [picture(0, { keyFrame: true }), picture(100)]);
  feed.packet(picture(200, { keyFrame: true }));
  feed.packet(picture(300, { keyFrame: true, sets: OTHER_SETS }));
  feed.begin(2, [picture(300, { keyFrame: true, sets: OTHER_SETS })]);
  assert.equal(kinds(told), 'start 1, key, other, key, start 1, key, start 2, key');
});
