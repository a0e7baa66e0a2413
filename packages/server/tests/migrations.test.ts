import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import postgres from 'postgres';
import { migrate } from '../src/sql/migrate.ts';
import { NO_SCOPE } from '../src/sql/scope.ts';
import { isThere } from '../src/sql/statements/installation.ts';
import { newDatabase, newDatabaseUrl } from './support/database.ts';

const directories: string[] = [];
after(async () => {
  for (const directory of directories) await rm(directory, { recursive: true, force: true });
});

async function directoryOf(files: Record<string, string>): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'nightlatch-migrations-'));
  directories.push(directory);
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(directory, name), text);
  return directory;
}

const one = { '0001-one.sql': 'create table one (n int)' };
const two = { ...one, '0002-two.sql': 'create table two (n int)' };

test('migrations run once, in order, and a second start runs none', async () => {
  const url = await newDatabaseUrl({ migrated: false });
  assert.deepEqual(await migrate({ url, directory: await directoryOf(one) }), [1]);
  const directory = await directoryOf(two);
  assert.deepEqual(await migrate({ url, directory }), [2]);
  assert.deepEqual(await migrate({ url, directory }), []);
});

test('two servers that start at once migrate once', async () => {
  const url = await newDatabaseUrl({ migrated: false });
  const directory = await directoryOf(two);
  const ran = await Promise.all([1, 2, 3].map(() => migrate({ url, directory })));
  assert.deepEqual(ran.map((numbers) => numbers.length).sort(), [0, 0, 2]);
});

test('a database of a newer version is refused and left as it is, with what to do', async () => {
  const url = await newDatabaseUrl({ migrated: false });
  await migrate({ url, directory: await directoryOf(two) });
  const older = migrate({ url, directory: await directoryOf(one) });
  await assert.rejects(older, {
    name: 'MigrationRefused',
    message: /newer version of Nightlatch.*Nothing was changed.*Start the newer version/,
  });
});

test('a migration that changed after it ran is refused', async () => {
  const url = await newDatabaseUrl({ migrated: false });
  await migrate({ url, directory: await directoryOf(one) });
  const changed = await directoryOf({ '0001-one.sql': 'create table one (m int)' });
  await assert.rejects(migrate({ url, directory: changed }), /0001-one\.sql is not the one that ran/);
});

test('a migration that fails leaves nothing of itself behind', async () => {
  const url = await newDatabaseUrl({ migrated: false });
  const directory = await directoryOf({ ...one, '0002-two.sql': 'create table two (n int); select 1/0' });
  await assert.rejects(migrate({ url, directory }), /division by zero/);
  assert.deepEqual(await migrate({ url, directory: await directoryOf(two) }), [2]);
});

test('a hole in the numbers is refused', async () => {
  const url = await newDatabaseUrl({ migrated: false });
  const directory = await directoryOf({ '0002-two.sql': 'select 1' });
  await assert.rejects(migrate({ url, directory }), /without holes/);
});

test('an owner who is no superuser can migrate, and the server then works as another role', async () => {
  const url = await newDatabaseUrl({ migrated: false });
  const superuser = postgres(url, { max: 1, onnotice: () => {} });
  await superuser.unsafe(`create role landlord login createrole; alter database ${new URL(url).pathname.slice(1)} owner to landlord;
    grant nightlatch_app to landlord`);
  await superuser.end();
  const owned = new URL(url);
  owned.username = 'landlord';
  assert.ok((await migrate({ url: owned.href })).length > 0);
  const database = await newDatabase({ url: owned.href });
  assert.deepEqual(await database.ask(NO_SCOPE, isThere, []), [{ there: true }]);
});

test('a user who may not make the role is told what an administrator should run', async () => {
  const url = await newDatabaseUrl({ migrated: false });
  const superuser = postgres(url, { max: 1, onnotice: () => {} });
  await superuser.unsafe('create role tenant login');
  await superuser.end();
  const weak = new URL(url);
  weak.username = 'tenant';
  await assert.rejects(migrate({ url: weak.href }), {
    name: 'MigrationRefused',
    message: /may not make the role nightlatch_app.*create role nightlatch_app nologin/,
  });
});

test('every table and every column says what it is', async () => {
  const { owner } = await newDatabase();
  const silent = await owner`
    select c.relname || coalesce('.' || a.attname, '') as name
    from pg_class c
    left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v')
      and (col_description(c.oid, a.attnum) is null or obj_description(c.oid, 'pg_class') is null)`;
  assert.deepEqual(
    silent.map((row) => row.name),
    [],
  );
});

test('every column of text checks itself, or the column that it refers to does', async () => {
  const { owner } = await newDatabase();
  const loose = await owner`
    select c.relname || '.' || a.attname as name
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_type t on t.oid = a.atttypid
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
      and a.attnum > 0 and not a.attisdropped and t.typname in ('text', 'bytea', 'jsonb')
      and not exists (
        select from pg_constraint k where k.conrelid = c.oid and k.contype in ('c', 'f') and a.attnum = any (k.conkey))`;
  assert.deepEqual(
    loose.map((row) => row.name),
    [],
  );
});

/** What these hold is nobody's: keyed hashes with counts, and what the installation is. */
const OF_NOBODY = ['attempt_limits', 'installation', 'nightlatch_migrations', 'limits'];

test('row-level security is on and forced for every table of an account or a home', async () => {
  const { owner } = await newDatabase();
  const open = await owner`
    select relname from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
      and not (relrowsecurity and relforcerowsecurity) order by relname`;
  assert.deepEqual(
    open.map((row) => row.relname).filter((name) => !OF_NOBODY.includes(name)),
    [],
  );
});

test('the server’s role owns nothing, cannot make anything, and has no right that it does not use', async () => {
  const { owner } = await newDatabase();
  const rights = await owner`
    select table_name || ' ' || privilege_type as right from information_schema.role_table_grants
    where grantee = 'nightlatch_app' and privilege_type in ('TRUNCATE', 'REFERENCES', 'TRIGGER')`;
  assert.deepEqual(
    rights.map((row) => row.right),
    [],
  );
  const [may] = await owner`select has_schema_privilege('nightlatch_app', 'public', 'create') as make`;
  assert.equal(may?.make, false);
});
