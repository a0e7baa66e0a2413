import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';

const root = path.join(import.meta.dirname, '../../..');
const house = mkdtempSync(path.join(tmpdir(), 'nightlatch-published-'));
after(() => rmSync(house, { recursive: true }));

const run = (...parameters: string[]) =>
  spawnSync(process.execPath, parameters, { cwd: house, encoding: 'utf8' });

test('what would be published is plain JavaScript that works where it is installed', () => {
  const installed = path.join(house, 'node_modules/@nightlatch/cache');
  mkdirSync(path.join(house, 'node_modules/@nightlatch'), { recursive: true });
  const packed = run(path.join(root, 'tools/pack-cache.ts'), installed);
  assert.equal(packed.status, 0, packed.stderr + packed.stdout);
  for (const name of ['ioredis', 'lru-cache']) {
    const local = path.join(root, 'packages/cache/node_modules', name);
    const from =
      spawnSync('test', ['-d', local]).status === 0 ? local : path.join(root, 'node_modules', name);
    symlinkSync(from, path.join(house, 'node_modules', name));
  }
  writeFileSync(
    path.join(house, 'app.mjs'),
    `import { createCache } from '@nightlatch/cache/cache';
    import { redisTransport } from '@nightlatch/cache/redis';
    const cache = createCache({ namespace: 'app', keys: { current: { id: 'k', secret: new Uint8Array(32) } } });
    const entry = cache.entry({
      name: 'thing', key: ['id'], schema: { parse: (value) => value }, ttlMilliseconds: 1000,
      load: async ({ scope, key }) => ({ value: scope + key.id }),
    });
    console.log(await entry.get('s', { id: '1' }), typeof redisTransport);`,
  );
  const { stdout, stderr } = run('app.mjs');
  assert.equal(stdout.trim(), 's1 function', stderr);
});
