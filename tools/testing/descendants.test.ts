import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';

const ENDING = path.join(import.meta.dirname, 'descendants.ts');

const isAlive = (pid: number): boolean =>
  spawnSync('sh', ['-c', `grep -qv '^.*) Z' /proc/${pid}/stat 2>/dev/null`]).status === 0;

test('all that a process has started is ended with it, in sessions of their own and deaf to signals too', async () => {
  // The middle one has gone when the last would be looked for.
  const deaf = `process.on('SIGINT', () => {}); setInterval(() => {}, 1000); console.log(process.pid)`;
  const middle = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(deaf)}],
    { detached: true, stdio: ['ignore', 'inherit', 'ignore'] }); console.log(process.pid)`;
  const runner = `
    const { endDescendants } = await import(${JSON.stringify(ENDING)});
    const { spawn } = await import('node:child_process');
    spawn(process.execPath, ['-e', ${JSON.stringify(middle)}], { stdio: ['ignore', 'inherit', 'ignore'] });
    process.stdin.once('data', async () => { await endDescendants(200); process.exit(130); });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', runner], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const pids: number[] = [];
  for await (const line of createInterface(child.stdout)) if (pids.push(Number(line)) === 2) break;
  assert.deepEqual(pids.map(isAlive), [true, true]);
  child.stdin.write('now');
  assert.deepEqual(await exited, [130, null]);
  assert.deepEqual(pids.map(isAlive), [false, false]);
});
