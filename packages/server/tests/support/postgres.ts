import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { access, chown, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import postgres from 'postgres';
import { findBinaries } from '../../../nightlatch/src/postgres/binaries.ts';
import { databaseUser } from '../../../nightlatch/src/postgres/system-user.ts';
import { MIGRATIONS, migrate } from '../../src/sql/migrate.ts';

const MIGRATE = path.join(import.meta.dirname, '../../src/sql/migrate.ts');

// PostgreSQL refuses to run as root, and whom it runs as may be kept from a clone in a closed folder.
const user = await databaseUser('');
const binaries = await findBinaries(user);
const owned = async (directory: string): Promise<string> => {
  if (user !== undefined) await chown(directory, user.uid, user.gid);
  return directory;
};

async function run(program: string, parameters: string[]): Promise<void> {
  const child = spawn(program, parameters, {
    ...user,
    cwd: tmpdir(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk;
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${said}`);
}

/** The database that others are made of: migrated, and nothing in it. */
export const TEMPLATE = 'template_nightlatch';

/** What the kept data depend on: another migration makes other data. */
async function version(): Promise<string> {
  const files = (await readdir(MIGRATIONS)).sort().map((file) => path.join(MIGRATIONS, file));
  const hash = createHash('sha256');
  for (const file of [MIGRATE, import.meta.filename, ...files]) hash.update(await readFile(file));
  return hash.digest('hex').slice(0, 12);
}

/** A cluster with the template in it, ready to be copied. */
async function makeData(data: string): Promise<void> {
  await run(binaries.initdb, [
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'trust',
    '--no-sync',
    '--locale=C',
    '--encoding=UTF8',
  ]);
  const { url, stop } = await serve(data);
  const sql = postgres(url('postgres'), { max: 1, onnotice: () => {} });
  await sql.unsafe(`create database ${TEMPLATE}`);
  await sql.end();
  await migrate({ url: url(TEMPLATE) });
  await stop();
}

/** A data directory with the migrated template (2 s to make), kept between runs and copied (0.2 s). */
async function freshData(directory: string): Promise<string> {
  const kept = path.join(
    tmpdir(),
    `nightlatch-test-postgres-18-${process.getuid?.() ?? 0}-${await version()}`,
  );
  if (!(await exists(kept))) {
    const made = await owned(await mkdtemp(`${kept}-`));
    await makeData(made);
    await rename(made, kept).catch(() => rm(made, { recursive: true, force: true }));
  }
  const data = path.join(directory, 'data');
  // The program copies 45 MB in 0.2 s and keeps the owner; fs.cp takes four times as long.
  const copying = spawn('cp', ['-a', kept, data], { stdio: 'ignore' });
  const [code] = await once(copying, 'exit');
  if (code !== 0) throw new Error(`cp ended with ${code}`);
  return data;
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

export interface Cluster {
  /** URL of a database in it, as the superuser who owns everything. */
  url(database: string): string;
  readonly port: number;
  stop(): Promise<void>;
}

/** A real PostgreSQL of its own for one test file, with the template in it. */
export async function startCluster(): Promise<Cluster> {
  const directory = await owned(await mkdtemp(path.join(tmpdir(), 'nightlatch-cluster-')));
  const cluster = await serve(await freshData(directory));
  const stop = async () => {
    await cluster.stop();
    await rm(directory, { recursive: true, force: true });
  };
  return { ...cluster, stop };
}

/** Runs PostgreSQL on a data directory; without durability, which no test of ours is about. */
async function serve(data: string): Promise<Cluster> {
  const port = await freePort();
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: 'off',
    full_page_writes: 'off',
    synchronous_commit: 'off',
    shared_buffers: '32MB',
    max_connections: '300',
  };
  // The shell stops PostgreSQL when this process is gone, however it went: its standard input then ends.
  // SIGINT is PostgreSQL's fast shutdown.
  const child = spawn(
    '/bin/sh',
    [
      '-c',
      'exec 3<&0; "$0" "$@" </dev/null 3<&- & server=$!; (read _ <&3; kill -INT $server) & wait $server',
      binaries.postgres,
      ...['-D', data, '-p', String(port)],
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    { ...user, cwd: data, stdio: ['pipe', 'ignore', 'pipe'] },
  );
  await new Promise<void>((resolve, reject) => {
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk).slice(-8192);
      if (said.includes('ready to accept connections')) resolve();
    });
    child.on('exit', (code) => reject(new Error(`postgres ended with ${code}: ${said}`)));
  });
  return {
    port,
    url: (database) => `postgres://postgres@127.0.0.1:${port}/${database}`,
    stop: async () => {
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
    },
  };
}
