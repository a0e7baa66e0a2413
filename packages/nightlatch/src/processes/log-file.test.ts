import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { openLogFile } from './log-file.ts';

test('a log stays below twice its limit, keeps the newest, and is for its user alone', async (t) => {
  const directory = await mkdtemp(path.join(tmpdir(), 'nightlatch-log-'));
  t.after(() => rm(directory, { recursive: true }));
  const file = path.join(directory, 'a.log');
  const log = openLogFile(file, 1000);
  for (let line = 0; line < 200; line++) log.write(`${String(line).padStart(49)}\n`);
  await log.close();
  assert.deepEqual((await readdir(directory)).sort(), ['a.log', 'a.log.1']);
  for (const name of ['a.log', 'a.log.1']) assert.ok((await stat(path.join(directory, name))).size <= 1100);
  assert.match(await readFile(file, 'utf8'), /199\n$/);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
});
