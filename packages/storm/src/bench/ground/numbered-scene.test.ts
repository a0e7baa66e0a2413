import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createScene, SCENE } from './numbered-scene.ts';
import { checkOf } from './squares.ts';

const { widthPixels, squarePixels, numberBits, checkBits } = SCENE;

/** What stands in the corner of a picture, by the middle of each square. */
const toldBy = (picture: Uint8Array): number =>
  Array.from({ length: numberBits + checkBits }, (_, bit) => bit)
    .filter((bit) => (picture[(squarePixels / 2) * widthPixels + (bit + 0.5) * squarePixels] ?? 0) > 128)
    .reduce((told, bit) => told | (1 << bit), 0);

test('each picture carries its number and a check of it, and is the same on every run', () => {
  const draw = createScene();
  const again = createScene();
  for (const number of [0, 1, 726, 899]) {
    const picture = draw(number);
    assert.equal(toldBy(picture), number | (checkOf(number, SCENE) << numberBits));
    assert.ok(picture.equals(again(number)));
  }
});
