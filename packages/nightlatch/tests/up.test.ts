import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmod, mkdir, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import {
  childrenOf,
  commandLines,
  databaseProcess,
  health,
  isAlive,
  newDirectory,
  operatorCheck,
  startHouse,
  until,
} from './house.ts';

test('everything starts in a folder closed to others, survives kill -9 of each part, ends in order, and starts again', async (t) => {
  const directory = await newDirectory();
  // As below /root: nobody but its owner gets in, and so neither does the user of the database.
  await chmod(directory, 0o700);
  const house = await startHouse(t, directory);
  await house.untilSays(/Open {2}http:\/\/localhost:\d+/);
  const [, code] = await house.untilSays(/Pairing code {2}([0-9A-Z-]{24})/);
  assert.match(house.screen(), /The camera is a demo/);
  assert.equal(await health(house.port), true);
  assert.equal((await stat(house.data)).mode & 0o777, 0o700);

  await t.test('the passwords of the database and the camera stand in no process list', () => {
    const lines = commandLines().join('\n');
    assert.match(lines, /nightlatch/);
    assert.doesNotMatch(lines, /postgres:\/\/nightlatch:/);
    assert.ok(code !== undefined && !lines.includes(code));
  });

  await t.test('a second one with the same directory is refused, and the first goes on', async (inner) => {
    const second = await startHouse(inner, directory);
    assert.equal(await second.ended, 1);
    assert.match(second.screen(), /already running/);
    assert.equal(await health(house.port), true);
  });

  await t.test('a database that is killed comes back, and the cloud with it', async () => {
    process.kill(await databaseProcess(house.data), 'SIGKILL');
    await house.untilSays(/The database is back/);
    await until('the cloud answers', () => health(house.port));
  });

  await t.test('a cloud and an agent that are killed come back', async () => {
    const database = await databaseProcess(house.data);
    for (const child of childrenOf(house.up.pid ?? 0)) if (child !== database) process.kill(child, 'SIGKILL');
    await house.untilSays(/The cloud is back/);
    await house.untilSays(/The agent is back/);
    assert.equal(await health(house.port), true);
  });

  await t.test(
    'when all of it is killed, nothing is left that keeps it from starting again',
    async (inner) => {
      house.up.kill('SIGKILL');
      await house.ended;
      const again = await startHouse(inner, directory, { port: house.port });
      await again.untilSays(/Pairing code/);
      assert.equal(await health(again.port), true);

      const below = childrenOf(again.up.pid ?? 0);
      assert.equal(below.length, 3, 'the database, the cloud and the agent');
      again.up.kill('SIGINT');
      assert.equal(await again.ended, 0);
      assert.deepEqual(below.filter(isAlive), []);
      assert.match(again.screen(), /Stopped\. Everything recorded so far is kept\.\n$/);
    },
  );

  await t.test(
    'the operator finds a file that no row knows, mends it when told to, and nothing else',
    async () => {
      const home = path.join(house.data, 'cloud/objects', `home_${'0'.repeat(26)}`);
      const orphan = path.join(home, `evt_${'0'.repeat(26)}.clip.0`);
      await mkdir(home, { recursive: true });
      await writeFile(orphan, 'of nobody');
      const looked = await operatorCheck('--data', house.data);
      assert.equal(looked.code, 1, looked.said);
      assert.match(looked.said, /clip\.0 is a file that the database does not know\n/);
      await stat(orphan);
      const mended = await operatorCheck('--data', house.data, '--repair');
      assert.equal(mended.code, 0, mended.said);
      assert.match(mended.said, /1 found and mended/);
      await assert.rejects(stat(orphan), { code: 'ENOENT' });
    },
  );
});

test('the operator is told where there is nothing to check, and nothing is made', async () => {
  const data = path.join(await newDirectory(), 'data');
  const { code, said } = await operatorCheck('--data', data);
  assert.equal(code, 1);
  assert.match(said, /no data directory of Nightlatch's\. Nothing was checked/);
  await assert.rejects(stat(data), { code: 'ENOENT' });
});

test('a port in use is told before anything is made', async (t) => {
  const directory = await newDirectory();
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const house = await startHouse(t, directory, { port: address.port });
  assert.equal(await house.ended, 1);
  assert.match(house.screen(), /in use by another program\. Nothing was started/);
  await assert.rejects(stat(path.join(directory, 'data')), { code: 'ENOENT' });
});

test('a database that does not answer is told, and nothing is left running', async (t) => {
  const directory = await newDirectory();
  const house = await startHouse(t, directory, {
    environment: { DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none' },
  });
  assert.equal(await house.ended, 1);
  assert.match(house.screen(), /database in DATABASE_URL does not answer/);
});

test('a Ctrl-C in the middle of the start ends it in order', async (t) => {
  const house = await startHouse(t, await newDirectory());
  await house.untilSays(/✓ Database/);
  house.up.kill('SIGTERM');
  assert.equal(await house.ended, 0);
  assert.match(house.screen(), /Stopped/);
});
