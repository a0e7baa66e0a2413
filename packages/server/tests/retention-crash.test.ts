import assert from 'node:assert/strict';
import { copyFile, mkdir, rename, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { openObjectStore } from '../src/objects/store.ts';
import { checkObjects } from '../src/retention/check.ts';
import type { SweepParts } from '../src/retention/sweep.ts';
import type { Ask } from '../src/sql/database.ts';
import { newListeningCloud } from './support/listening.ts';
import { directoryOf, filesOf, keepDays, rowsOf, sweepOf, toDoOf } from './support/retention.ts';
import { newSide } from './support/side.ts';

const cloud = await newListeningCloud();
const [side, other] = [await newSide(cloud), await newSide(cloud)];
const { home } = side.household;
await keepDays(side, 1);
const directory = directoryOf(cloud);
const { database } = cloud.cloud;
const foreign = {
  rows: await rowsOf(cloud, other.household.home),
  files: await filesOf(cloud, other.household.home),
};
const check = (repair: boolean) => checkObjects({ database, directory, repair });
const kindsOf = async (repair: boolean) => {
  const { findings } = await check(repair);
  return findings.map(({ kind, where }) => `${kind} ${where}`).sort();
};

class Crash extends Error {}

/** A sweep that dies at its `step`th step, before or after the step took effect. Steps: statements, commits, unlinks. */
async function dyingSweep(step: number, when: 'before' | 'after') {
  let steps = 0;
  const reached: string[] = [];
  const dying = async <Answer>(name: string, work: () => Promise<Answer>): Promise<Answer> => {
    steps += 1;
    if (steps !== step) return work();
    reached.push(name);
    if (when === 'after') await work();
    throw new Crash(name);
  };
  const store = await openObjectStore({ directory });
  const parts: Partial<SweepParts> = {
    database: {
      ask: (scope, statement, parameters) =>
        dying(statement.name, () => database.ask(scope, statement, parameters)),
      transact: (scope, work) =>
        dying('commit', () =>
          database.transact(scope, (ask) => {
            const asking: Ask = (statement, parameters) =>
              dying(statement.name, () => ask(statement, parameters));
            return work(asking);
          }),
        ),
    },
    // File by file, so that some are gone and some are not.
    objects: {
      remove: async (of, files) => {
        for (const file of files) await dying('unlink', () => store.remove(of, [file]));
      },
    },
  };
  return { sweep: await sweepOf(cloud, parts), reached };
}

async function assertWhole(): Promise<void> {
  assert.deepEqual(await rowsOf(cloud, home), { events: 0, objects: 0, uploads: 0 });
  assert.deepEqual(await filesOf(cloud, home), []);
  assert.equal(await toDoOf(cloud, home), 0);
  assert.deepEqual(await rowsOf(cloud, other.household.home), foreign.rows);
  assert.deepEqual(await filesOf(cloud, other.household.home), foreign.files);
}

test('a sweep that dies at any step is finished by the next one, or by the check; nothing is orphaned', async () => {
  const died = new Set<string>();
  let event = side.event;
  for (let step = 1, ended = false; !ended; step++)
    for (const when of ['before', 'after'] as const) {
      if ((await rowsOf(cloud, home)).events === 0) {
        event = await side.agent.record(side.household, {
          clipParts: [new Uint8Array(100)],
          startedAt: 1_700_000_000_000,
        });
        await side.agent.deliver(event);
      }
      const { sweep, reached } = await dyingSweep(step, when);
      const crash = await sweep.sweepHome(home).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (crash === undefined) {
        ended = true;
        break;
      }
      assert.ok(crash instanceof Crash, String(crash));
      died.add(`${reached[0]}`);
      // Whatever is left, either the event is whole or nothing of it can be had any more.
      const { events, objects } = await rowsOf(cloud, home);
      if (events > 0) assert.deepEqual([objects, (await filesOf(cloud, home)).length], [3, 3]);
      else assert.equal(objects, 0);
      if (when === 'before') await (await sweepOf(cloud)).sweepHome(home);
      else {
        await check(true);
        assert.deepEqual((await check(false)).findings, []);
        assert.equal(await toDoOf(cloud, home), 0);
        if (events === 0) assert.deepEqual(await filesOf(cloud, home), []);
        await (await sweepOf(cloud)).sweepHome(home);
      }
      await assertWhole();
    }
  const steps = ['write-down-old', 'delete-objects', 'delete-events', 'commit', 'unlink', 'files-are-gone'];
  for (const step of steps) assert.ok(died.has(step), `it died at ${step}: ${[...died]}`);
});

test('the check finds what is wrong between rows and files, mends it, and then finds nothing', async () => {
  const events: string[] = [];
  for (const _ of [1, 2]) {
    const event = await side.agent.record(side.household, { clipParts: [new Uint8Array(5000)] });
    await side.agent.deliver(event);
    events.push(event.event);
  }
  const [first, second] = events;
  const file = (name: string) => path.join(directory, home, name);
  assert.deepEqual(await kindsOf(false), []);
  await unlink(file(`${first}.clip.0`));
  await truncate(file(`${second}.clip.0`), 10);
  await copyFile(file(`${second}.thumbnail.0`), file(`${second}.thumbnail.0.part`));
  await writeFile(file(`${side.event.event}.thumbnail.0.part`), 'nobody knows it');
  await writeFile(file('notes.txt'), 'not ours');
  const gone = `home_${'0'.repeat(26)}`;
  await mkdir(path.join(directory, gone));
  await writeFile(path.join(directory, gone, `${side.event.event}.clip.0`), 'of a home that is not there');

  const wrong = [
    `file-without-row ${gone}/${side.event.event}.clip.0`,
    `file-without-row ${home}/${side.event.event}.thumbnail.0.part`,
    `leftover-part ${home}/${second}.thumbnail.0.part`,
    `row-without-file ${home}/${first}.clip.0`,
    `row-without-file ${home}/${second}.clip.0`,
    `unknown-file ${home}/notes.txt`,
  ].sort();
  assert.deepEqual(await kindsOf(false), wrong);
  assert.deepEqual(await kindsOf(false), wrong, 'looking changes nothing');
  const mended = await check(true);
  assert.equal(mended.findings.length, wrong.length);
  assert.equal(mended.unmended, 1, 'what is not ours is left alone');
  assert.deepEqual(await kindsOf(false), [`unknown-file ${home}/notes.txt`]);
  await unlink(file('notes.txt'));
  assert.deepEqual((await check(false)).unmended, 0);
  // The agent may send again what the disk has lost.
  const [row] = await cloud.owner`select received_bytes::int as bytes, completed_at from objects
    where home_id = ${home} and event_id = ${String(first)} and kind = 'clip'`;
  assert.deepEqual([row?.bytes, row?.completed_at], [0, null]);
  assert.deepEqual(await rowsOf(cloud, other.household.home), foreign.rows);
  assert.deepEqual(await filesOf(cloud, other.household.home), foreign.files);
});

test('a disk that is not mounted is not mended', async () => {
  const away = `${directory}-away`;
  await rename(directory, away);
  try {
    const { unmended } = await check(false);
    assert.ok(unmended > 0);
    await assert.rejects(check(true), { name: 'CheckRefused', message: /Is its disk mounted\?/ });
  } finally {
    await rm(directory, { recursive: true, force: true });
    await rename(away, directory);
  }
  assert.equal((await check(false)).unmended, 0);
});

/** Runs as the server's role, and says how many rows a statement changed; everything is taken back. */
async function changed(settings: Record<string, string>, ...texts: string[]): Promise<number> {
  const undone = new Error('taken back');
  let count = 0;
  await cloud.owner
    .begin(async (sql) => {
      await sql`set local role nightlatch_app`;
      for (const [name, value] of Object.entries(settings))
        await sql`select set_config(${name}, ${value}, true)`;
      for (const text of texts) count = (await sql.unsafe(text)).count;
      throw undone;
    })
    .catch((error: unknown) => {
      if (error !== undone) throw error;
    });
  return count;
}

test('row-level security: only the sweep of this home deletes, and only what is written down', async () => {
  const victim = other.household.home;
  const { event } = other.event;
  const { account } = other.household.unlocked;
  const writeDown = `insert into deletions (home_id, event_id, camera_id, agent_id, sequence, started_at, reason, objects, bytes)
    values ('${victim}', '${event}', '${other.agent.camera}', '${other.agent.device.agent}', 1, 1, 'days', '{}', 0)`;
  const remove = `delete from uploads where home_id = '${victim}'`;
  const mine = { 'nightlatch.sweep': victim };
  const others = [
    {},
    { 'nightlatch.accounts': account },
    { 'nightlatch.agent': other.agent.device.agent },
    { 'nightlatch.sweep': home },
    { 'nightlatch.sweep': 'homes' },
    mine,
  ];
  for (const settings of others)
    for (const table of ['uploads', 'objects', 'events'])
      assert.equal(
        await changed(settings, `delete from ${table} where home_id = '${victim}'`),
        0,
        JSON.stringify(settings),
      );
  for (const settings of others.slice(0, -1))
    await assert.rejects(changed(settings, writeDown), /row-level security/);
  assert.equal(await changed(mine, writeDown, remove), 3);
  const move = `update events set ended_at = 9e12 where home_id = '${victim}'`;
  await assert.rejects(changed(mine, move), /row-level security/);
  const seen = `select 1 from memberships union all select 1 from home_log union all select 1 from deliveries
    union all select 1 from accounts`;
  assert.equal(await changed(mine, seen), 0, 'it sees nothing else of the home');
  assert.equal(await changed({ 'nightlatch.sweep': 'homes' }, 'select 1 from events'), 0);

  await cloud.owner`insert into favourites (home_id, event_id, account_id) values (${victim}, ${event}, ${account})`;
  const all = ['uploads', 'objects', 'events'].map(
    (table) => `delete from ${table} where home_id = '${victim}'`,
  );
  await assert.rejects(changed(mine, writeDown, ...all), /favourites/);
  await cloud.owner`delete from favourites where home_id = ${victim}`;
  assert.equal(await changed(mine, writeDown, ...all), 1);
});

test('two sweeps of a home at once do its work once', async () => {
  await side.agent.deliver(
    await side.agent.record(side.household, { clipParts: [new Uint8Array(100)], startedAt: 5 }),
  );
  const held = Promise.withResolvers<void>();
  const letGo = Promise.withResolvers<void>();
  const holding = cloud.owner.begin(async (sql) => {
    await sql`select pg_advisory_xact_lock(716022025, hashtext(${home}))`;
    held.resolve();
    await letGo.promise;
  });
  await held.promise;
  const sweep = await sweepOf(cloud);
  assert.equal((await sweep.sweepHome(home)).deleted, 0, 'somebody else is at it');
  letGo.resolve();
  await holding;
  assert.ok((await sweep.sweepHome(home)).deleted > 0);
});
