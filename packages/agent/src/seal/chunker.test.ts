import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHUNK_BYTES_MAX, CHUNKS_MAX } from '@nightlatch/protocol/manifest';
import { createChunker } from './chunker.ts';

const bytes = (count: number) => new Uint8Array(count).fill(7);
const shape = (pieces: ReturnType<ReturnType<typeof createChunker>['init']>) =>
  pieces.map((piece) => [piece.plaintext.length, piece.keyAtMilliseconds]);

test('the init segment is a chunk by itself, and each fragment ends one', () => {
  const chunker = createChunker();
  assert.deepEqual(shape(chunker.init(bytes(700))), [[700, null]]);
  assert.deepEqual(shape(chunker.fragment(bytes(1000), 0, true)), [[1000, 0]]);
  assert.deepEqual(shape(chunker.fragment(bytes(2000), 1000, false)), [[2000, null]]);
  assert.deepEqual(shape([chunker.rest()]), [[0, null]]);
});

test('a large fragment is cut at 64 KiB, and only its first chunk is a place to seek to', () => {
  const chunker = createChunker();
  assert.deepEqual(shape(chunker.fragment(bytes(2 * CHUNK_BYTES_MAX + 5), 40, true)), [
    [CHUNK_BYTES_MAX, 40],
    [CHUNK_BYTES_MAX, null],
    [5, null],
  ]);
});

test('a stream of one fragment a frame never needs more chunks than a clip may have, and loses no byte', () => {
  const chunker = createChunker();
  let chunks = chunker.init(bytes(700)).length;
  let sealed = 700;
  let fed = 700;
  for (let frame = 0; frame < 20_000 && !chunker.isFull(); frame++) {
    const pieces = chunker.fragment(bytes(4000), frame * 40, frame % 50 === 0);
    for (const piece of pieces) {
      assert.ok(piece.plaintext.length <= CHUNK_BYTES_MAX);
      sealed += piece.plaintext.length;
      if (piece.keyAtMilliseconds !== null) assert.equal(piece.keyAtMilliseconds % 2000, 0);
    }
    chunks += pieces.length;
    fed += 4000;
  }
  sealed += chunker.rest().plaintext.length;
  assert.equal(sealed, fed);
  assert.ok(fed > 4000 * 15_000, 'ten minutes and more');
  assert.ok(chunks + 1 <= CHUNKS_MAX);
});
