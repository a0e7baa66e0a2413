import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { migrate } from '@nightlatch/server/sql/migrate';
import { findBinaries } from 'nightlatch/postgres/binaries';
import { prepareCluster } from 'nightlatch/postgres/cluster';
import { databaseUrl, startServer } from 'nightlatch/postgres/server';
import { databaseUser } from 'nightlatch/postgres/system-user';
import { openLogFile } from 'nightlatch/processes/log-file';
import type { BenchContext } from '../suite.ts';
import { freePort } from './ports.ts';

/** A PostgreSQL that can be killed and started again, where it was. */
export interface Cluster {
  readonly url: string;
  /** As `kill -9` does, with the processes that it has started left to find out by themselves. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** The PostgreSQL of `npm start`, with its settings, in a directory of its own; started and migrated. */
export async function startCluster({
  afterwards,
  signal,
}: Pick<BenchContext, 'afterwards' | 'signal'>): Promise<Cluster> {
  const home = await mkdtemp(path.join(tmpdir(), 'nightlatch-bench-'));
  afterwards(() => rm(home, { recursive: true, force: true }));
  const log = openLogFile(path.join(home, 'postgres.log'));
  afterwards(() => log.close());
  const directory = path.join(home, 'postgres');
  const user = await databaseUser(directory);
  const binaries = await findBinaries(user);
  const place = { directory, binaries, user, log };
  const { password } = await prepareCluster({
    ...place,
    passwordFile: path.join(home, 'password'),
    onLog: (chunk) => log.write(chunk),
  });
  const port = await freePort();
  let server = await startServer({ ...place, port }, signal);
  afterwards(() => server.stop());
  const url = databaseUrl(port, password);
  await migrate({ url });
  return {
    url,
    kill: async () => {
      const [pid] = (await readFile(path.join(directory, 'postmaster.pid'), 'utf8')).split('\n');
      process.kill(Number(pid), 'SIGKILL');
      await server.ended;
    },
    start: async () => {
      server = await startServer({ ...place, port }, signal);
    },
  };
}

export const startDatabase = async (context: BenchContext): Promise<string> =>
  (await startCluster(context)).url;
