import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CameraId } from '@nightlatch/protocol/ids';
import { filterOf, questionOf, searchOf, spanOfDay } from './filter.ts';

const camera = CameraId.parse(`cam_0${'1'.repeat(25)}`);

test('the address says what is filtered, and says it back', () => {
  const filter = { camera, day: '2026-11-22' };
  assert.deepEqual(filterOf(searchOf(filter)), filter);
  assert.equal(searchOf({ camera: null, day: null }), '');
});

test('an address typed wrongly filters nothing', () => {
  assert.deepEqual(filterOf('camera=evt_1&day=2026-13-40'), { camera: null, day: null });
  assert.equal(spanOfDay('2026-02-30'), null);
});

test('a day goes from midnight to midnight where the viewer is, also when the clocks change', () => {
  for (const day of ['2026-11-22', '2026-03-29', '2026-10-25']) {
    const span = spanOfDay(day);
    assert.ok(span);
    const [from, to] = [new Date(span.from), new Date(span.to)];
    assert.deepEqual([from.getHours(), to.getHours()], [0, 0]);
    assert.equal(to.getDate() !== from.getDate(), true);
  }
  assert.deepEqual(questionOf({ camera, day: null }), { camera });
});
