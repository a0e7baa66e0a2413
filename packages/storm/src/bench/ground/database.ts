import { mkdtemp, rm } from 'node:fs/promises';
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

/** The PostgreSQL of `npm start`, with its settings, in a directory of its own; migrated. Answers its URL. */
export async function startDatabase({ afterwards, signal }: BenchContext): Promise<string> {
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
  const server = await startServer({ ...place, port }, signal);
  afterwards(() => server.stop());
  const url = databaseUrl(port, password);
  await migrate({ url });
  return url;
}
