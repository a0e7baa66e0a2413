import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { ROOT } from './files.ts';

/** What the import rules of this repository say to a house with these files: rule and file. */
function rulesBroken(files: Readonly<Record<string, string>>): string[] {
  const house = mkdtempSync(path.join(tmpdir(), 'nightlatch-walls-'));
  try {
    for (const file of ['.dependency-cruiser.mjs', 'tsconfig.json', 'package.json'])
      cpSync(path.join(ROOT, file), path.join(house, file));
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(house, 'node_modules'));
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(house, file)), { recursive: true });
      writeFileSync(path.join(house, file), text);
    }
    const cruiser = path.join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
    const parameters = [cruiser, 'packages', '--config', '.dependency-cruiser.mjs', '--output-type', 'err'];
    const { stdout } = spawnSync(process.execPath, parameters, { cwd: house, encoding: 'utf8' });
    return [...stdout.matchAll(/error ([a-z-]+): (\S+)/g)].map(([, rule, file]) => `${rule} ${file}`).sort();
  } finally {
    rmSync(house, { recursive: true });
  }
}

const takes = (from: string) => `import { cached } from '${from}';\nexport const taken = cached;\n`;
const driver = "import { Redis } from 'ioredis';\nexport const redis = Redis;\n";
const sound = {
  'packages/protocol/src/ids.ts': 'export const cached = 1;\n',
  'packages/cache/src/cache.ts': 'export const cached = 1;\n',
  'packages/cache/src/redis.ts': driver,
  'packages/server/src/homes/list.ts': takes('../../../cache/src/cache.ts'),
};

test('the server may read a cache, and the cache has one file with the Redis driver', () => {
  assert.deepEqual(rulesBroken(sound), []);
});

test('nothing that decides access reads a cache, at one remove either; nobody else has it, or the driver', () => {
  const broken = {
    'packages/server/src/gate/gate.ts': takes('../../../cache/src/cache.ts'),
    'packages/server/src/sql/rows.ts': takes('../../../cache/src/cache.ts'),
    'packages/server/src/egress/egress.ts':
      "import { taken } from '../sql/rows.ts';\nexport const handed = taken;\n",
    'packages/server/src/accounts/sessions.ts': takes('../../../cache/src/cache.ts'),
    'packages/server/src/agents/sessions.ts': takes('../../../cache/src/cache.ts'),
    'packages/server/src/http/caller.ts':
      "import { taken } from '../homes/list.ts';\nexport const caller = taken;\n",
    'packages/agent/src/thing.ts': takes('../../cache/src/cache.ts'),
    'packages/vault/src/thing.ts': takes('../../cache/src/cache.ts'),
    'packages/protocol/src/thing.ts': takes('../../cache/src/cache.ts'),
    'packages/web/src/thing.ts': takes('../../cache/src/cache.ts'),
    'packages/cache/src/keys.ts': takes('../../protocol/src/ids.ts'),
    'packages/cache/src/far.ts': driver,
    'packages/server/src/homes/driver.ts': driver,
  };
  assert.deepEqual(rulesBroken({ ...sound, ...broken }), [
    'agent-imports-protocol-and-vault packages/agent/src/thing.ts',
    'cache-imports-nothing-of-ours packages/cache/src/keys.ts',
    'protocol-imports-nothing-of-ours packages/protocol/src/thing.ts',
    'redis-driver-lives-in-the-cache packages/cache/src/far.ts',
    'redis-driver-lives-in-the-cache packages/server/src/homes/driver.ts',
    'vault-imports-protocol-only packages/vault/src/thing.ts',
    'web-imports-protocol-and-vault packages/web/src/thing.ts',
    ...['accounts/sessions', 'agents/sessions', 'egress/egress', 'gate/gate', 'http/caller', 'sql/rows'].map(
      (file) => `what-decides-access-reads-no-cache packages/server/src/${file}.ts`,
    ),
  ]);
});
