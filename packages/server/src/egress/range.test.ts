import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRange } from './range.ts';

test('a range of bytes is read as RFC 9110 has it', () => {
  assert.deepEqual(parseRange('bytes=0-9', 100), { first: 0, last: 9 });
  assert.deepEqual(parseRange('bytes=90-', 100), { first: 90, last: 99 });
  assert.deepEqual(parseRange('bytes=90-500', 100), { first: 90, last: 99 });
  assert.deepEqual(parseRange('bytes=-10', 100), { first: 90, last: 99 });
  assert.deepEqual(parseRange('bytes=-500', 100), { first: 0, last: 99 });
});

test('what is no range, or several, asks for everything', () => {
  for (const header of [
    undefined,
    '',
    'bytes',
    'bytes=-',
    'bytes=9-1',
    'bytes=0-1,5-6',
    'lines=0-1',
    'bytes=a-b',
  ])
    assert.equal(parseRange(header, 100), 'all', header);
});

test('a range behind the end cannot be had', () => {
  for (const header of ['bytes=100-', 'bytes=100-200', 'bytes=-0'])
    assert.equal(parseRange(header, 100), 'unsatisfiable', header);
  assert.equal(parseRange('bytes=-5', 0), 'unsatisfiable');
});
