import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkOf, numberIn } from './squares.ts';

const squares = { squarePixels: 8, numberBits: 12, checkBits: 4 };

/** The lights of squares that show these bits, as dark and as light as encoding leaves them. */
const lightsOf = (told: number, dark = 24, light = 228): number[] =>
  Array.from({ length: 20 }, (_, square) => (square >= 16 ? 128 : (told >> square) & 1 ? light : dark));

const signed = (number: number): number => number | (checkOf(number, squares) << squares.numberBits);

test('every number is read as it was drawn, also where encoding has bent its lights', () => {
  for (let number = 0; number < 1 << squares.numberBits; number++) {
    assert.equal(numberIn(lightsOf(signed(number)), squares), number);
    assert.equal(numberIn(lightsOf(signed(number), 78, 178), squares), number);
  }
});

test('one square of another picture is noticed wherever it stands', () => {
  for (const number of [0, 1, 726, 4095])
    for (let bit = 0; bit < squares.numberBits + squares.checkBits; bit++)
      assert.equal(numberIn(lightsOf(signed(number) ^ (1 << bit)), squares), null, `${number}, bit ${bit}`);
});

test('black, white, grey and too little of a picture have no number', () => {
  assert.equal(numberIn(lightsOf(0), squares), null);
  assert.equal(numberIn(lightsOf(0xffff), squares), null);
  assert.equal(numberIn(lightsOf(signed(5), 100, 228), squares), null);
  assert.equal(numberIn(lightsOf(signed(5), 24, 150), squares), null);
  assert.equal(numberIn([], squares), null);
});
