import { setTimeout as sleep } from 'node:timers/promises';
import type { LogFile } from '../processes/log-file.ts';
import { type Running, startProcess } from '../processes/process.ts';
import { Refused } from '../refused.ts';
import type { Binaries } from './binaries.ts';
import { DATABASE } from './cluster.ts';
import { openDoorway } from './doorway.ts';
import { stopLeftover } from './leftover.ts';
import type { SystemUser } from './system-user.ts';

export interface ServerPlace {
  readonly directory: string;
  readonly binaries: Binaries;
  readonly user: SystemUser | undefined;
  readonly port: number;
  readonly log: LogFile;
}

// A crashed server recovers from its log first; 4 GB of it take minutes on a slow disk.
const READY_MILLISECONDS = 300_000;
const STOP_MILLISECONDS = 60_000;
// The processes of a killed server notice within a moment that it has gone, and let go of its memory.
const SHARED_MEMORY_ATTEMPTS = 40;
const SHARED_MEMORY_WAIT_MILLISECONDS = 250;

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  password_encryption: 'scram-sha-256',
  log_timezone: 'UTC',
  timezone: 'UTC',
};

export const databaseUrl = (port: number, password: string): string =>
  `postgres://${DATABASE}:${password}@127.0.0.1:${port}/${DATABASE}`;

/**
 * Starts PostgreSQL on the loopback interface.
 * @throws Refused
 */
export async function startServer(place: ServerPlace, abort: AbortSignal): Promise<Running> {
  await stopLeftover(place.directory);
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(place, abort);
    } catch (error) {
      const inUse = error instanceof Refused && /shared memory block/.test(error.message);
      if (!inUse || attempt === SHARED_MEMORY_ATTEMPTS) throw error;
      await sleep(SHARED_MEMORY_WAIT_MILLISECONDS, undefined, { signal: abort });
    }
  }
}

function startOnce(place: ServerPlace, abort: AbortSignal): Promise<Running> {
  using data = openDoorway(place.directory, place.user);
  return startProcess(
    {
      name: 'The database',
      command: place.binaries.postgres,
      parameters: [
        '-D',
        data.name,
        '-p',
        String(place.port),
        ...Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      environment: { LC_ALL: 'C', PATH: process.env.PATH },
      workingDirectory: '/',
      user: place.user,
      files: data.files,
      log: place.log,
      isReady: (line) => line.includes('database system is ready to accept connections'),
      readyMilliseconds: READY_MILLISECONDS,
      // "Fast shutdown": open transactions are rolled back, everything committed is on disk.
      stopSignal: 'SIGINT',
      stopMilliseconds: STOP_MILLISECONDS,
      // "Immediate shutdown": as after a power cut; the next start recovers.
      killSignal: 'SIGQUIT',
    },
    abort,
  );
}
