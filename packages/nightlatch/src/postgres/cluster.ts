import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chown, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { hasCode, Refused } from '../refused.ts';
import type { Binaries } from './binaries.ts';
import { openDoorway } from './doorway.ts';
import type { SystemUser } from './system-user.ts';

/** Superuser of the embedded cluster, and the name of the database in it. */
export const DATABASE = 'nightlatch';

export interface ClusterPlace {
  /** The data directory of PostgreSQL; `initdb` makes it beside, and it gets its name when it is whole. */
  readonly directory: string;
  /** Holds the superuser's password; only we can read it. */
  readonly passwordFile: string;
  readonly binaries: Binaries;
  readonly user: SystemUser | undefined;
  readonly onLog: (chunk: Buffer) => void;
}

/**
 * Makes the cluster where there is none yet, and answers its password.
 * @throws Refused
 */
export async function prepareCluster(place: ClusterPlace): Promise<{ password: string; made: boolean }> {
  const exists = await stat(place.directory).then(
    () => true,
    (error: unknown) => {
      if (hasCode(error, 'ENOENT')) return false;
      throw error;
    },
  );
  if (!exists) return { password: await makeCluster(place), made: true };
  const password = await readFile(place.passwordFile, 'utf8').catch(() => '');
  if (password.trim() === '')
    throw new Refused(
      `The database is there, but its password (${place.passwordFile}) is not. Nothing was changed. ` +
        'Restore the file from a backup of the directory.',
    );
  return { password: password.trim(), made: false };
}

async function makeCluster(place: ClusterPlace): Promise<string> {
  // Left over where an earlier start was killed in the middle.
  const fresh = `${place.directory}.new`;
  const handedOver = `${place.passwordFile}.new`;
  for (const leftover of [fresh, handedOver]) await rm(leftover, { recursive: true, force: true });
  const password = randomBytes(24).toString('base64url');
  await mkdir(fresh, { mode: 0o700 });
  await writePassword(place.passwordFile, password);
  await writePassword(handedOver, password);
  if (place.user !== undefined)
    for (const name of [fresh, handedOver]) await chown(name, place.user.uid, place.user.gid);
  {
    using data = openDoorway(fresh, place.user);
    using secret = openDoorway(handedOver, place.user, 4);
    await run(place, place.binaries.initdb, {
      parameters: [
        `--pgdata=${data.name}`,
        `--pwfile=${secret.name}`,
        `--username=${DATABASE}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // PostgreSQL's own collation: it does not change when the system's C library is upgraded.
        '--no-locale',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
      ],
      files: [...data.files, ...secret.files],
    });
    await run(place, place.binaries.postgres, {
      parameters: ['--single', '-D', data.name, 'postgres'],
      files: data.files,
      input: `create database ${DATABASE};\n`,
    });
  }
  await rm(handedOver);
  await rename(fresh, place.directory);
  const parent = await open(path.dirname(place.directory));
  await parent.sync().finally(() => parent.close());
  return password;
}

async function writePassword(file: string, password: string): Promise<void> {
  await rm(file, { force: true });
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(`${password}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function run(
  place: ClusterPlace,
  command: string,
  { parameters, files, input }: { parameters: string[]; files: readonly number[]; input?: string },
): Promise<void> {
  const child = spawn(command, parameters, {
    cwd: '/',
    env: { LC_ALL: 'C', PATH: process.env.PATH },
    ...place.user,
    stdio: ['pipe', 'pipe', 'pipe', ...files],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      said = (said + chunk).slice(-2000);
      place.onLog(chunk);
    });
  child.stdin?.on('error', () => {});
  child.stdin?.end(input ?? '');
  const [code] = await once(child, 'close');
  if (code !== 0)
    throw new Refused(`The database could not be made: ${said.trim().split('\n').slice(-3).join(' ')}`);
}
