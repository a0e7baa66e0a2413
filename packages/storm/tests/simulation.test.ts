import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const COMMAND = fileURLToPath(new URL('../src/storm/main.ts', import.meta.url));
const Result = z.object({
  played: z.array(
    z
      .object({ crosses: z.boolean(), asked: z.number(), answered: z.number(), faults: z.number() })
      .and(z.object({ foreign: z.number(), steps: z.number(), counterexample: z.string().nullable() })),
  ),
});

// A process of its own: the hooks that a test runner has on promises make a simulation ten times slower.
test('the short form: nothing foreign comes but where all locks are out, and there it does', async () => {
  await using stack = new AsyncDisposableStack();
  const directory = await mkdtemp(path.join(tmpdir(), 'nightlatch-simulation-'));
  stack.defer(() => rm(directory, { recursive: true }));
  const run = async (file: string) => {
    const json = path.join(directory, file);
    const args = [COMMAND, 'simulation', '--steps', '10000', '--seed', '7', '--json', json];
    const child = spawn(process.execPath, args, { stdio: 'ignore' });
    assert.deepEqual(await once(child, 'exit'), [0, null]);
    return Result.parse(JSON.parse(await readFile(json, 'utf8'))).played;
  };
  const played = await run('one.json');
  for (const { crosses, foreign, answered, faults, steps, counterexample } of played) {
    assert.equal(foreign > 0, crosses);
    assert.equal(typeof counterexample === 'string', crosses);
    if (!crosses) assert.ok(answered > 0 && faults > 0 && steps >= 10_000);
  }
  assert.equal(played.filter(({ crosses }) => crosses).length, 2);
  assert.deepEqual(await run('two.json'), played, 'the same seed plays the same');
});
