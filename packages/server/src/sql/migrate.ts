import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Connections, connect, isPostgresError } from './connections.ts';
import { APP_ROLE } from './database.ts';

/** The database cannot be used by this version, and nothing in it was changed; the message says what to do. */
export class MigrationRefused extends Error {
  override readonly name = 'MigrationRefused';
}

export const MIGRATIONS = path.join(import.meta.dirname, '../../migrations');
// Any constant of ours: it keeps two servers that start at once from migrating at once.
const ADVISORY_LOCK = 7_160_220_240;
const FILE = /^(\d{4})-([a-z0-9-]+)\.sql$/;

interface Migration {
  readonly number: number;
  readonly name: string;
  readonly text: string;
  readonly hash: string;
}

async function readMigrations(directory: string): Promise<Migration[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith('.sql')).sort();
  return Promise.all(
    files.map(async (file, index) => {
      const number = Number(FILE.exec(file)?.[1]);
      if (number !== index + 1) throw new Error(`migrations are numbered from 0001 without holes: ${file}`);
      const text = await readFile(path.join(directory, file), 'utf8');
      return { number, name: file, text, hash: createHash('sha256').update(text).digest('hex') };
    }),
  );
}

/** The role that the server works under: it owns nothing, and row-level security holds for it. */
async function makeRole(owner: Connections): Promise<void> {
  const [found] =
    await owner`select rolsuper or rolbypassrls as unsafe from pg_roles where rolname = ${APP_ROLE}`;
  if (found?.unsafe === true)
    throw new MigrationRefused(
      `The role ${APP_ROLE} is a superuser or bypasses row-level security. Nothing was changed. Run: alter role ${APP_ROLE} nosuperuser nobypassrls`,
    );
  try {
    // Roles belong to the whole cluster: another database's migration may just have made it.
    if (found === undefined)
      await owner.unsafe(`create role ${APP_ROLE} nologin`).catch((error: unknown) => {
        if (!(isPostgresError(error) && (error.code === '42710' || error.code === '23505'))) throw error;
      });
    const [may] = await owner`select rolsuper or pg_has_role(current_user, ${APP_ROLE}, 'member') as already
      from pg_roles where rolname = current_user`;
    if (may?.already !== true) await owner.unsafe(`grant ${APP_ROLE} to current_user`);
  } catch (error) {
    if (isPostgresError(error) && error.code === '42501')
      throw new MigrationRefused(
        `This database user may not make the role ${APP_ROLE}. Nothing was changed. As an administrator run: create role ${APP_ROLE} nologin; grant ${APP_ROLE} to the user in DATABASE_URL`,
      );
    throw error;
  }
}

async function apply(owner: Connections, migrations: readonly Migration[]): Promise<number[]> {
  await owner.unsafe(`
    create table if not exists nightlatch_migrations (
      number integer primary key check (number >= 1),
      name text not null check (length(name) between 1 and 200),
      hash text not null check (hash ~ '^[0-9a-f]{64}$'),
      applied_at timestamptz not null default now()
    );
    comment on table nightlatch_migrations is 'Which migrations have run here; forward only.';
    comment on column nightlatch_migrations.number is 'From 1, without holes.';
    comment on column nightlatch_migrations.name is 'File name of the migration.';
    comment on column nightlatch_migrations.hash is 'SHA-256 of its text, hexadecimal; a text that changed afterwards is refused.';
    comment on column nightlatch_migrations.applied_at is 'When it ran here.';`);
  const applied = await owner`select number, name, hash from nightlatch_migrations order by number`;
  const newest = Number(applied.at(-1)?.number ?? 0);
  if (newest > migrations.length)
    throw new MigrationRefused(
      `The database was used by a newer version of Nightlatch (its newest migration is ${newest}, this version knows ${migrations.length}). Nothing was changed. Start the newer version, or restore a backup from before the upgrade.`,
    );
  const done: number[] = [];
  for (const migration of migrations) {
    const before = applied[migration.number - 1];
    if (before !== undefined) {
      if (before.hash !== migration.hash)
        throw new MigrationRefused(
          `The migration ${migration.name} is not the one that ran in this database. Nothing was changed. Use the files of a released version.`,
        );
      continue;
    }
    await owner.begin(async (inside) => {
      await inside.unsafe(migration.text);
      await inside`insert into nightlatch_migrations (number, name, hash)
        values (${migration.number}, ${migration.name}, ${migration.hash})`;
    });
    done.push(migration.number);
  }
  return done;
}

/**
 * Brings the database at `url` to this version and answers the numbers that ran. Runs as the user in `url`, who owns
 * the tables; the server then works as `nightlatch_app`.
 */
export async function migrate(options: { url: string; directory?: string }): Promise<number[]> {
  const migrations = await readMigrations(options.directory ?? MIGRATIONS);
  const owner = connect({ url: options.url, connectionsMax: 1, statementTimeoutMilliseconds: 600_000 });
  try {
    await owner`select pg_advisory_lock(${ADVISORY_LOCK})`;
    const [{ version } = { version: '0' }] =
      await owner`select current_setting('server_version_num') as version`;
    if (Number(version) < 150_000)
      throw new MigrationRefused('Nightlatch needs PostgreSQL 15 or later. Nothing was changed.');
    await makeRole(owner);
    return await apply(owner, migrations);
  } finally {
    await owner.end({ timeout: 5 });
  }
}
