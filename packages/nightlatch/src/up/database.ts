import path from 'node:path';
import { findBinaries } from '../postgres/binaries.ts';
import { prepareCluster } from '../postgres/cluster.ts';
import { databaseUrl, startServer } from '../postgres/server.ts';
import { databaseUser } from '../postgres/system-user.ts';
import type { LogFile } from '../processes/log-file.ts';
import type { Running } from '../processes/process.ts';
import type { DataDirectory } from './data-directory.ts';
import { freeLoopbackPort } from './ports.ts';

export interface EmbeddedDatabase {
  readonly url: string;
  readonly made: boolean;
  /** Starts it once, on the same port each time. */
  readonly start: (abort: AbortSignal) => Promise<Running>;
}

/** Makes the embedded database where there is none yet. @throws Refused */
export async function prepareDatabase(data: DataDirectory, log: LogFile): Promise<EmbeddedDatabase> {
  const user = await databaseUser(data.postgres);
  const binaries = await findBinaries(user);
  const { password, made } = await prepareCluster({
    directory: data.postgres,
    passwordFile: path.join(data.path, 'postgres-password'),
    binaries,
    user,
    onLog: (chunk) => log.write(chunk),
  });
  const port = await freeLoopbackPort();
  return {
    url: databaseUrl(port, password),
    made,
    start: (abort) => startServer({ directory: data.postgres, binaries, user, port, log }, abort),
  };
}
