import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('../src/storm/main.ts', import.meta.url));

const childrenOf = async (pid: number): Promise<number[]> =>
  (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ').filter(Boolean).map(Number);
const programOf = (pid: number): Promise<string> => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');

// A Ctrl-C reaches the cloud and Redis as well, which have then gone before they are told to.
test('a storm that is stopped ends, and leaves no PostgreSQL, Redis or cloud', async () => {
  const args = [COMMAND, 'crossed-database', '--cameras', '2'];
  const storm = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const { pid } = storm;
  assert.ok(pid !== undefined);
  const ended = once(storm, 'exit');
  const said: string[] = [];
  const lines = createInterface(storm.stderr);
  const begun = new Promise<void>((resolve) => {
    lines.on('line', (line) => {
      said.push(line);
      if (line.includes('nothing is wrong')) resolve();
    });
  });
  await Promise.race([begun, ended.then(() => assert.fail(said.join('\n')))]);
  const children = await childrenOf(pid);
  assert.equal(children.length, 3);
  for (const child of children)
    if (!(await programOf(child)).includes('bin/postgres')) process.kill(child, 'SIGINT');
  while ((await childrenOf(pid)).length > 1) await sleep(20);
  storm.kill('SIGINT');
  assert.deepEqual(await ended, [1, null]);
  assert.equal(said.at(-1), 'stopped by SIGINT');
  assert.deepEqual(await Promise.all(children.map(programOf)), ['', '', '']);
});
