import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MediaPacket } from './packets.ts';
import { createRing } from './ring.ts';

const picture = (seconds: number, keyFrame: boolean, bytes = 10): MediaPacket => ({
  track: 'video',
  data: new Uint8Array(bytes),
  pts: seconds * 1000,
  dts: seconds * 1000,
  keyFrame,
});
const ringOf = (keepSeconds: number, maxBytes = 1e9) =>
  createRing({ keepSeconds, maxBytes }, (packet) => packet.pts / 1000);

describe('the pre-roll ring', () => {
  it('starts with a key frame at or before the moment asked for', () => {
    const ring = ringOf(10);
    for (let second = 0; second < 9; second++) ring.push(picture(second, second % 2 === 0));
    assert.deepEqual(
      ring.from(5).map((packet) => packet.pts / 1000),
      [4, 5, 6, 7, 8],
    );
  });

  it('keeps whole groups that reach back far enough, and no more', () => {
    const ring = ringOf(5);
    for (let second = 0; second <= 100; second++) ring.push(picture(second, second % 4 === 0));
    assert.equal(ring.from(0)[0]?.pts, 92_000);
  });

  it('is bounded in bytes, oldest groups first', () => {
    const ring = ringOf(1000, 100);
    for (let second = 0; second < 50; second++) ring.push(picture(second, second % 2 === 0));
    assert.ok(ring.bytes <= 100);
    assert.equal(ring.from(0)[0]?.keyFrame, true);
  });

  it('drops a group larger than all there is room for, and starts again at the next key frame', () => {
    const ring = ringOf(1000, 100);
    ring.push(picture(0, true, 90));
    ring.push(picture(1, false, 90));
    assert.deepEqual(ring.from(0), []);
    ring.push(picture(2, false));
    assert.deepEqual(ring.from(0), []);
    ring.push(picture(3, true));
    assert.equal(ring.from(0).length, 1);
  });
});
