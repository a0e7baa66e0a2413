import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { newDatabaseUrl } from './support/database.ts';

const main = path.join(import.meta.dirname, '../src/main.ts');
let directory: string;
before(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'nightlatch-start-'));
});
after(() => rm(directory, { recursive: true, force: true }));

interface Line {
  msg?: string;
  address?: string;
}

function start(environment: Record<string, string>) {
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, DATA_DIR: directory, PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: Line[] = [];
  const ready = Promise.withResolvers<URL>();
  ready.promise.catch(() => {});
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk;
    for (let end = said.indexOf('\n'); end >= 0; end = said.indexOf('\n')) {
      const line: Line = JSON.parse(said.slice(0, end));
      said = said.slice(end + 1);
      lines.push(line);
      if (line.msg === 'cloud is ready' && line.address !== undefined) ready.resolve(new URL(line.address));
    }
  });
  const ended = once(child, 'close').then(([code]) => {
    ready.reject(new Error(`ended with ${code}: ${JSON.stringify(lines)}`));
    return { code, last: lines.at(-1)?.msg ?? '' };
  });
  return { child, ready: ready.promise, ended, lines };
}

test('it says where it is, answers, and ends cleanly when asked to', async () => {
  const cloud = start({ DATABASE_URL: await newDatabaseUrl({ migrated: false }) });
  const url = await cloud.ready;
  const answer = await fetch(new URL('/api/health', url));
  assert.deepEqual(await answer.json(), { status: 'ok' });
  cloud.child.kill('SIGTERM');
  const { code, last } = await cloud.ended;
  assert.equal(code, 0, JSON.stringify(cloud.lines));
  assert.match(last, /stopped/);
});

test('a port in use is said clearly, with an exit code of its own', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const data = path.join(directory, 'port');
  const { ended } = start({ DATABASE_URL: await newDatabaseUrl(), PORT: String(port), DATA_DIR: data });
  const { code, last } = await ended;
  taken.close();
  assert.equal(code, 3);
  assert.match(last, /port is in use.*is kept.*set PORT/);
});

test('settings that cannot be used are named, and no secret in them is repeated', async () => {
  const { ended, lines } = start({ DATABASE_URL: 'mysql://user:hunter2@host/x', PUBLIC_URL: 'cameras' });
  const { code, last } = await ended;
  assert.equal(code, 2);
  assert.match(last, /DATABASE_URL: a URL such as postgres.*PUBLIC_URL: a URL such as https/);
  assert.ok(!JSON.stringify(lines).includes('hunter2'));
});

test('a database that does not answer is said clearly', async () => {
  const { ended, lines } = start({ DATABASE_URL: 'postgres://someone:hunter2@127.0.0.1:1/none' });
  const { code, last } = await ended;
  assert.equal(code, 1);
  assert.match(last, /does not answer.*Nothing was changed/);
  assert.ok(!JSON.stringify(lines).includes('hunter2'));
});

test('the server keys are for their user alone, and a database in use is refused without them or with others', async () => {
  const url = await newDatabaseUrl();
  const data = await mkdtemp(path.join(directory, 'keys-'));
  const file = path.join(data, 'keys', 'server-keys.json');
  const run = async () => {
    const cloud = start({ DATABASE_URL: url, DATA_DIR: data });
    await Promise.race([cloud.ready.catch(() => undefined), cloud.ended]);
    cloud.child.kill('SIGTERM');
    return cloud.ended;
  };
  assert.equal((await run()).code, 0);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  const kept = await readFile(file, 'utf8');
  assert.equal((await run()).code, 0);
  assert.equal(await readFile(file, 'utf8'), kept, 'a second start uses the same keys');

  await rm(file);
  const missing = await run();
  assert.equal(missing.code, 5);
  assert.match(missing.last, /keys are missing.*Restore that file/);
  await assert.rejects(stat(file), { code: 'ENOENT' }, 'none were made instead');

  await writeFile(file, kept.slice(0, 100));
  assert.match((await run()).last, /cannot be read/);
  const emailKey = /"emailKey":"([^"]+)"/.exec(kept)?.[1] ?? '';
  await writeFile(file, kept.replace(emailKey, 'A'.repeat(43)));
  assert.match((await run()).last, /not those of this database/);
});
