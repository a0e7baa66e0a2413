import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { endLeftovers, rememberProcess, startOf } from './leftovers.ts';

async function place(t: TestContext): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'nightlatch-leftovers-'));
  t.after(() => rm(directory, { recursive: true }));
  return path.join(directory, 'processes.json');
}

async function sleeper(t: TestContext): Promise<{ child: ChildProcess; pid: number }> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  t.after(() => child.kill('SIGKILL'));
  await once(child, 'spawn');
  assert.ok(child.pid !== undefined);
  return { child, pid: child.pid };
}

test('a process that a killed start left behind is ended, and then forgotten', async (t) => {
  const file = await place(t);
  const { child, pid } = await sleeper(t);
  rememberProcess(file, 'The cloud', pid);
  const ended = once(child, 'exit');
  await endLeftovers(file);
  await ended;
  await assert.rejects(stat(file), { code: 'ENOENT' });
});

test('another process that has got the number in the meantime is left alone', async (t) => {
  const file = await place(t);
  const { pid } = await sleeper(t);
  await writeFile(file, JSON.stringify({ 'The cloud': { pid, startedAt: '1' } }));
  await endLeftovers(file);
  assert.notEqual(startOf(pid), undefined);
});

test('a damaged note is as good as none', async (t) => {
  const file = await place(t);
  await writeFile(file, '{"The cloud":');
  await endLeftovers(file);
});
