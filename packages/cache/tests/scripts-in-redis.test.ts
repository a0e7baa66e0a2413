import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type RedisServer, startRedisServer } from '@nightlatch/storm/crosscheck/redis-server';
import { manualClock } from '@nightlatch/storm/simulation/manual-clock';
import { memoryStore } from '@nightlatch/storm/simulation/memory-store';
import { loadScripts } from '../src/proof.ts';
import { redisTransport } from '../src/redis.ts';
import { SCRIPTS, type ScriptName } from '../src/scripts.ts';
import type { Wire } from '../src/transport.ts';

let server: RedisServer;
before(async () => {
  server = await startRedisServer();
});
after(() => server[Symbol.asyncDispose]());

const envelope = (mac: string, version: number) =>
  `N1${mac.repeat(43)}${String(version).padStart(16, '0')}${'1'.repeat(29)}k1 {}`;
const A = envelope('a', 5);
const B = envelope('b', 6);
const OLD = envelope('c', 4);

/** Script, keys, parameters behind the nonce. */
const STEPS: readonly [ScriptName | 'read', readonly string[], readonly string[]][] = [
  ['read', ['v1', 'v2'], []],
  ['lease', ['v1', 'l1'], ['token', '60000', '1000', '']],
  ['lease', ['v1', 'l1'], ['other', '60000', '1000', '']],
  ['fill', ['v1', 'l1'], [A, '5', '60000', 'other']],
  ['fill', ['v1', 'l1'], [A, '5', '60000', 'token']],
  ['fill', ['v1', 'l1'], [A, '5', '60000', 'token']],
  ['read', ['v1', 'v2'], []],
  ['read', ['v2', 'v1'], []],
  ['lease', ['v1', 'l1'], ['token', '60000', '1000', 'b'.repeat(43)]],
  ['lease', ['v1', 'l1'], ['token', '60000', '20', 'b'.repeat(43)]],
  ['release', ['l1'], ['other']],
  ['lease', ['v1', 'l1'], ['again', '60000', '1000', 'a'.repeat(43)]],
  ['release', ['l1'], ['token']],
  ['lease', ['v1', 'l1'], ['again', '60000', '1000', 'a'.repeat(43)]],
  ['put', ['v1', 'l1'], [OLD, '4', '60000', '']],
  ['fill', ['v1', 'l1'], [A, '5', '60000', 'again']],
  ['put', ['v1', 'l1'], [B, '6', '60000', 'channel']],
  ['read', ['v1'], []],
  ['discard', ['v1'], ['a'.repeat(43)]],
  ['read', ['v1'], []],
  ['discard', ['v1'], ['b'.repeat(43)]],
  ['read', ['v1'], []],
  ['put', ['v2', 'l2'], [A, '5', '60000', '']],
  ['discard', ['v2'], ['']],
  ['put', ['v2', 'l2'], [A, '5', '60000', '']],
  ['drop', ['v2', 'l2'], ['channel']],
  ['read', ['v2'], []],
];

async function answers(wire: Wire): Promise<unknown[]> {
  await loadScripts(wire, Object.values(SCRIPTS));
  const all: unknown[] = [];
  for (const [name, keys, parameters] of STEPS)
    all.push(
      await (name === 'read'
        ? wire.send(['multi'], ['echo', `nonce${keys.join('')}`], ['mget', ...keys], ['exec'])
        : wire.send([
            ...['evalsha', SCRIPTS[name].sha, String(keys.length)],
            ...[...keys, 'nonce', ...parameters],
          ])),
    );
  return all;
}

test('the scripts do in Redis what the made-up store of the tests does', async () => {
  const inRedis = await redisTransport({ url: `redis://127.0.0.1:${server.port}` }).open(() => {});
  const made = await memoryStore(manualClock()).transport.open(() => {});
  const [real, expected] = [await answers(inRedis), await answers(made)];
  inRedis.destroy();
  for (const [at, step] of STEPS.entries()) assert.deepEqual(real[at], expected[at], JSON.stringify(step));
});
