import assert from 'node:assert/strict';
import test from 'node:test';
import { allGuards, failsWithout, type Guard, installGuardHooks } from './guards/take-out.ts';

/** The test that answers for a source, where it is not the one of the same name. */
const ANSWERING: Record<string, string> = {
  'aead.ts': 'account.test.ts',
  'errors.ts': 'encoding.test.ts',
  'header.ts': 'container.test.ts',
  'hpke.ts': 'name.test.ts',
};

const testOf = (file: string): string => ANSWERING[file] ?? file.replace(/\.ts$/, '.test.ts');
const place = ({ file, line, text }: Guard): string => `src/${file}:${line}  ${text}`;

test('for every guard of the vault a test fails when that guard alone is taken out', async () => {
  using _hooks = installGuardHooks();
  const guards = await allGuards();
  assert.ok(guards.length > 60, `only ${guards.length} guards were found`);
  for (const file of new Set(guards.map((guard) => testOf(guard.file)))) {
    assert.equal(await failsWithout(null, [file]), false, `${file} fails with every guard in place`);
  }
  const missed: string[] = [];
  for (const guard of guards) {
    if (!(await failsWithout(guard, [testOf(guard.file)]))) missed.push(place(guard));
  }
  assert.deepEqual(missed, []);
});
