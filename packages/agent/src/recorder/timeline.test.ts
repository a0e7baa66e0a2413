import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTimeline } from './timeline.ts';

const RATE = 90_000;
const STEP = RATE / 10;
type Place = ReturnType<typeof createTimeline>;

const placeVideo = (place: Place, pts: number | null, frame: number, dts: number | null = pts) =>
  place({ track: 'video', timescale: RATE, pts, dts, arrivedAtMilliseconds: 5000 + frame * 100 });

/** Ten pictures a second whose times `source` gives; what came out. */
function play(source: (frame: number) => number, frames: number) {
  const place = createTimeline();
  return Array.from({ length: frames }, (_, frame) => placeVideo(place, source(frame), frame)).filter(
    (times) => times !== null,
  );
}
function assertSteady(times: { pts: number; dts: number }[]) {
  for (const [index, { dts }] of times.entries()) {
    const before = times[index - 1];
    if (before) assert.ok(Math.abs(dts - before.dts - STEP) <= 1, `step ${dts - before.dts} at ${index}`);
  }
}

describe('the timeline of a pull', () => {
  it('starts at 0 whatever the counter of the source says', () => {
    assert.deepEqual(
      play((frame) => 123_456_789 + frame * STEP, 1),
      [{ pts: 0, dts: 0 }],
    );
  });

  it('goes on steadily when a 32-bit counter wraps', () => {
    assertSteady(play((frame) => (2 ** 32 - 5 * STEP + frame * STEP) % 2 ** 32, 20));
  });

  it('goes on steadily when the source jumps an hour ahead, or starts again', () => {
    assertSteady(play((frame) => frame * STEP + (frame >= 10 ? 3600 * RATE : 0), 20));
    assertSteady(play((frame) => 900_000_000 + frame * STEP - (frame >= 10 ? 800_000_000 : 0), 20));
  });

  it('keeps the order of B-frames: shown late, decoded in order', () => {
    const place = createTimeline();
    const shown = [1, 4, 2, 3].map((pts, frame) => placeVideo(place, pts * STEP, frame, frame * STEP));
    assert.deepEqual(
      shown.map((times) => times?.pts),
      [1, 4, 2, 3].map((pts) => pts * STEP),
    );
    assert.deepEqual(
      shown.map((times) => times?.dts),
      [0, 1, 2, 3].map((dts) => dts * STEP),
    );
  });

  it('makes decoding times rise where the source repeats or misses them', () => {
    const place = createTimeline();
    const times = [0, STEP, STEP, null, 4 * STEP].map((dts, frame) =>
      placeVideo(place, frame * STEP, frame, dts),
    );
    const decoded = times.map((each) => each?.dts ?? Number.NaN);
    assert.ok(
      decoded.every((dts, index) => index === 0 || dts > (decoded[index - 1] ?? 0)),
      `${decoded}`,
    );
  });

  it('leaves out what comes before the first time', () => {
    const place = createTimeline();
    assert.equal(placeVideo(place, null, 0), null);
    assert.deepEqual(placeVideo(place, 0, 1), { pts: 0, dts: 0 });
  });

  it('does not take a burst after a hold-up of nine seconds for a jump', () => {
    const place = createTimeline();
    placeVideo(place, 0, 0);
    assert.equal(placeVideo(place, STEP, 90)?.pts, STEP);
    assert.equal(placeVideo(place, 2 * STEP, 90)?.pts, 2 * STEP);
  });

  it('keeps sound and picture together', () => {
    const place = createTimeline();
    placeVideo(place, 7 * RATE, 0);
    const sound = place({
      track: 'audio',
      timescale: 8000,
      pts: 7.5 * 8000,
      dts: 7.5 * 8000,
      arrivedAtMilliseconds: 5010,
    });
    assert.equal(sound?.pts, 4000);
  });
});
