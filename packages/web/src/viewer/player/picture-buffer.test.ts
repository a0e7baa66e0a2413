import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evictable } from './picture-buffer.ts';

test('what lies well behind the playhead goes first', () => {
  assert.deepEqual(evictable([{ start: 0, end: 90 }], 60), { start: 0, end: 50 });
});

test('then a far piece that playing on does not reach soon', () => {
  const far = { start: 100, end: 120 };
  assert.deepEqual(evictable([{ start: 0, end: 20 }, far], 5), far);
});

test('else nothing goes, and playing on makes room', () => {
  assert.equal(evictable([{ start: 0, end: 20 }], 5), null);
  assert.equal(evictable([], 5), null);
});
