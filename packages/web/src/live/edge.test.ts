import assert from 'node:assert/strict';
import test from 'node:test';
import { createLowWater, edgeMove, PACE_OF_PICTURES, PACE_OF_SOUND } from './edge.ts';

const steady = { spans: [{ start: 37, end: 50 }], playhead: 49.9, gained: 0.067, took: 0.067, spare: 0.03 };
const isAt = (found: number | null, meant: number) =>
  assert.ok(Math.abs((found ?? 0) - meant) < 1e-9, `${found}`);

test('a playhead at the edge is left alone', () => {
  assert.deepEqual(edgeMove(steady, PACE_OF_PICTURES), { jumpTo: null, rate: 1 });
  assert.deepEqual(edgeMove({ ...steady, spans: [] }, PACE_OF_PICTURES), { jumpTo: null, rate: 1 });
});

test('the first pictures are jumped into, wherever the clock of the camera begins', () => {
  const first = { ...steady, playhead: 0, gained: 2, took: 0.05, spare: 0 };
  isAt(edgeMove({ ...first, spans: [{ start: 37, end: 39 }] }, PACE_OF_PICTURES).jumpTo, 38.96);
  isAt(edgeMove({ ...first, spans: [{ start: 37, end: 37.02 }] }, PACE_OF_PICTURES).jumpTo, 37);
  isAt(edgeMove({ ...first, spans: [{ start: 0, end: 2 }] }, PACE_OF_PICTURES).jumpTo, 1.96);
});

test('a hole before the newest pictures is jumped over at once', () => {
  const holed = {
    ...steady,
    spans: [
      { start: 37, end: 45 },
      { start: 49.9, end: 50 },
    ],
    playhead: 45,
  };
  isAt(edgeMove(holed, PACE_OF_PICTURES).jumpTo, 49.96);
});

test('a pile that came faster than it plays is jumped over, and one picture a second is not a pile', () => {
  isAt(edgeMove({ ...steady, playhead: 48, gained: 1.9, took: 0.1 }, PACE_OF_PICTURES).jumpTo, 49.96);
  assert.equal(
    edgeMove({ ...steady, playhead: 48.98, gained: 1, took: 1, spare: 0.02 }, PACE_OF_PICTURES).jumpTo,
    null,
  );
});

test('what lies ahead too long is jumped over, what is a little too much is played away', () => {
  isAt(edgeMove({ ...steady, playhead: 49.4, spare: 0.5 }, PACE_OF_PICTURES).jumpTo, 49.96);
  assert.deepEqual(edgeMove({ ...steady, playhead: 49.7, spare: 0.2 }, PACE_OF_PICTURES), {
    jumpTo: null,
    rate: 1.5,
  });
  assert.deepEqual(edgeMove({ ...steady, playhead: 49.8, spare: 0.1 }, PACE_OF_PICTURES), {
    jumpTo: null,
    rate: 1.2,
  });
});

test('sound is hurried little, and never by a wobble', () => {
  assert.equal(edgeMove({ ...steady, playhead: 49.6, spare: 0.4 }, PACE_OF_SOUND).rate, 1.15);
  assert.equal(edgeMove({ ...steady, playhead: 49.8, spare: 0.13 }, PACE_OF_SOUND).rate, 1);
});

test('a jump leaves the cushion that sound needs', () => {
  isAt(edgeMove({ ...steady, playhead: 40, gained: 3, took: 0.1 }, PACE_OF_SOUND).jumpTo, 49.88);
});

test('the low water is the least of its window, and 0 before a whole one', () => {
  const water = createLowWater(400);
  water.tell(1000, 0.05);
  water.tell(1300, 0.2);
  assert.equal(water.least(1300, 1000), 0);
  assert.equal(water.least(1390, 900), 0.05);
  water.tell(1500, 0.3);
  assert.equal(water.least(1500, 900), 0.2);
  water.clear();
  assert.equal(water.least(1500, 900), 0);
});
