import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';

const directory = mkdtempSync(path.join(tmpdir(), 'nightlatch-runner-'));
after(() => rmSync(directory, { recursive: true }));

/** What the test command makes of a file with this text. */
function outcomeOf(text: string): unknown {
  const file = path.join(directory, 'some.test.mjs');
  writeFileSync(file, `import { test } from 'node:test';\n${text}\n`);
  const runner = path.join(directory, 'run.mjs');
  writeFileSync(
    runner,
    `const { runFiles } = await import(${JSON.stringify(path.join(import.meta.dirname, 'run-files.ts'))});
    const outcome = await runFiles({ name: 'some', files: [process.argv[2]], concurrency: 1, testMilliseconds: 1000, sectionMilliseconds: 5000 });
    process.stdout.write('\\noutcome ' + JSON.stringify([outcome.passed, outcome.failed]));
    process.exit();`,
  );
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  const { stdout } = spawnSync(process.execPath, [runner, file], { env: environment, encoding: 'utf8' });
  return JSON.parse(/\noutcome (.*)$/.exec(stdout)?.[1] ?? 'null');
}

test('the test command counts what passed and what failed', () => {
  assert.deepEqual(outcomeOf("test('a', () => {}); test('b', () => {});"), [2, 0]);
  assert.deepEqual(outcomeOf("test('a', () => {}); test('b', () => { throw new Error('b'); });"), [1, 1]);
});

test('a file that breaks, and a file without a test, count as failed', () => {
  assert.deepEqual(outcomeOf("throw new Error('broken');"), [0, 1]);
  assert.deepEqual(outcomeOf(''), [0, 1]);
});

test('a test that is passed over does not count as passed', () => {
  assert.deepEqual(outcomeOf("test('a', () => {}); test('b', { ['sk' + 'ip']: true }, () => {});"), [1, 1]);
});

test('a test that hangs, or that never gives the processor back, is ended and counts as failed', () => {
  assert.deepEqual(outcomeOf("test('a', () => new Promise(() => setInterval(() => {}, 1000)));"), [0, 1]);
  assert.deepEqual(outcomeOf("test('a', () => { for (;;); });"), [0, 1]);
});
