import { writeFile } from 'node:fs/promises';
import { VECTOR_FILES } from '../../src/vectors/check.ts';
import { makeVectors, vectorText } from './make-vectors.ts';

// Run by hand after a change of format: node packages/vault/tests/making/write-vectors.ts
const vectors = await makeVectors();
for (const name of VECTOR_FILES) {
  await writeFile(new URL(`../../vectors/${name}.json`, import.meta.url), vectorText(vectors[name]));
}
