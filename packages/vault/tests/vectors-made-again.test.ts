import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import test from 'node:test';
import { VECTOR_FILES } from '../src/vectors/check.ts';
import { makeVectors, vectorText } from './making/make-vectors.ts';

const folder = new URL('../vectors/', import.meta.url);

test('making the vectors again gives the committed bytes', async () => {
  const vectors = await makeVectors();
  for (const name of VECTOR_FILES) {
    const committed = await readFile(new URL(`${name}.json`, folder), 'utf8');
    assert.equal(vectorText(vectors[name]), committed, `${name}.json differs`);
  }
});

test('every file of vectors is one that is checked', async () => {
  assert.deepEqual((await readdir(folder)).sort(), VECTOR_FILES.map((name) => `${name}.json`).sort());
});
