import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import {
  childrenOf,
  cpuSecondsIn,
  cpuSecondsOfProcess,
  cpuSecondsOfTree,
  residentBytes,
} from './process-cpu.ts';

test('user and system time are found behind any name', () => {
  const after = 'S 1 10 10 0 -1 4194560 5 0 0 0 250 150 9000 9000 20 0 1 0 100 1000 200';
  assert.equal(cpuSecondsIn(`10 (node) ${after}`), 4);
  assert.equal(cpuSecondsIn(`10 (a) 1 2 (b) ${after}`), 4);
});

test('a process is counted with its children, and its memory is told', async () => {
  // A shell that waits while its child works: without the child it has taken next to nothing.
  const work = 'while (process.cpuUsage().user < 300_000); console.log(); setInterval(() => {}, 1000)';
  const shell = spawn('sh', ['-c', '"$0" -e "$1"; true', process.execPath, work], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(shell.stdout, 'data');
  const pid = shell.pid ?? 0;
  try {
    assert.ok((await cpuSecondsOfProcess(pid)) < 0.2);
    assert.ok((await cpuSecondsOfTree(pid)) >= 0.2);
    assert.ok((await residentBytes(process.pid)) > 10e6);
  } finally {
    for (const child of await childrenOf(pid)) process.kill(child);
    await once(shell, 'exit');
  }
});
