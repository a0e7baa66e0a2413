import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isWordAt, placesToAsk } from './code-check.ts';

test('three different places are asked for, in order, whatever the randomness says', () => {
  for (let seed = 0; seed < 256; seed++) {
    const places = placesToAsk((count) => new Uint8Array(count).fill(seed));
    assert.equal(new Set(places).size, 3);
    assert.deepEqual(
      places,
      places.toSorted((one, other) => one - other),
    );
    assert.ok(places.every((place) => place >= 0 && place < 12));
  }
});

test('a word is right at its own place only, however it is spaced or capitalised', () => {
  const code = 'atom vapor congress jump chapter move prevent learn focus dawn rescue rapid';
  assert.ok(isWordAt(code, 2, ' Congress '));
  assert.ok(!isWordAt(code, 3, 'congress'));
  assert.ok(!isWordAt(code, 2, ''));
});
