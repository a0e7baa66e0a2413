import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { agentIdOf } from '@nightlatch/protocol/ids';
import { NO_COMEBACK } from '../uplink/comeback.ts';
import { openComeback } from './comeback-file.ts';

const OF = { serverUrl: 'https://cameras.example.org', agent: agentIdOf(new Uint8Array(32)) };
const GIVEN = {
  token: 'A'.repeat(43),
  ticket: { ticket: '1.2.3', expiresAt: 5 },
  slot: { position: 0.5, windowMilliseconds: 5000 },
};

async function newDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'nightlatch-comeback-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
const open = (directory: string, of: Partial<typeof OF> = {}) =>
  openComeback(directory, { ...OF, ...of }, (error) => assert.fail(String(error)));

test('what was given last is there after a restart, and nobody else can read it', async (t) => {
  const directory = await newDirectory(t);
  const store = await open(directory);
  assert.deepEqual(store.kept, NO_COMEBACK);
  store.keep({ ...GIVEN, token: null });
  store.keep({ slot: GIVEN.slot });
  store.keep({ token: GIVEN.token });
  await store[Symbol.asyncDispose]();
  assert.deepEqual((await open(directory)).kept, GIVEN);
  assert.equal((await stat(path.join(directory, 'comeback.json'))).mode & 0o777, 0o600);
});

test('no other cloud is shown what this one gave, and no other agent comes by it', async (t) => {
  const directory = await newDirectory(t);
  await using store = await open(directory);
  store.keep(GIVEN);
  await store[Symbol.asyncDispose]();
  for (const other of [
    { serverUrl: 'https://elsewhere.example' },
    { agent: agentIdOf(new Uint8Array(32).fill(1)) },
  ])
    assert.deepEqual((await open(directory, other)).kept, NO_COMEBACK, JSON.stringify(other));
});

test('a file that cannot be read is as good as none', async (t) => {
  const directory = await newDirectory(t);
  const store = await open(directory);
  store.keep(GIVEN);
  await store[Symbol.asyncDispose]();
  const file = path.join(directory, 'comeback.json');
  const text = await readFile(file, 'utf8');
  for (const damaged of ['', text.slice(0, -9), text.replace('"version":1', '"version":2')]) {
    await writeFile(file, damaged);
    assert.deepEqual((await open(directory)).kept, NO_COMEBACK, damaged);
  }
});
