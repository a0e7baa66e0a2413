import path from 'node:path';
import type { UpOptions } from '../command-line.ts';
import { type LogFile, openLogFile } from '../processes/log-file.ts';
import { startProcess } from '../processes/process.ts';
import { type DataDirectory, freeBytes, openDataDirectory } from './data-directory.ts';
import { prepareDatabase } from './database.ts';
import { type Keeper, openKeeper } from './keeper.ts';
import { type PairingCodes, pairingCodes } from './pairing-codes.ts';
import { assertFree } from './ports.ts';
import { agentProgram, cloudProgram } from './programs.ts';
import { type Progress, type Screen, showProgress } from './progress.ts';
import { pairingLines, readyLines, shortPath } from './screen-text.ts';
import { buildWebApp, webAppIsBuilt } from './web-app.ts';

export interface Surroundings {
  readonly options: UpOptions;
  /** Of this Nightlatch, such as 0.1.0. */
  readonly version: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly screen: Screen;
  /** Aborted by the first Ctrl-C. */
  readonly stop: AbortSignal;
  /** Aborted by the second one. */
  readonly force: AbortSignal;
}

interface House {
  readonly surroundings: Surroundings;
  readonly progress: Progress;
  readonly data: DataDirectory;
  readonly host: string;
  readonly keeper: Keeper;
  readonly log: (name: string) => LogFile;
}

/**
 * Starts the database, the cloud and the agent, and ends them in the opposite order when asked. Answers the exit code.
 * @throws Refused when it cannot start; then nothing is left running
 */
export async function up(surroundings: Surroundings): Promise<number> {
  const { options, version, environment, stop, force } = surroundings;
  const progress = showProgress(surroundings.screen);
  const host = environment.HOST || '127.0.0.1';
  progress.say(`Nightlatch ${version}`);
  // A start that would fail on a port fails before a database is made or touched.
  await assertFree(options.port, host, '--port');
  if (options.agent) await assertFree(options.pagePort, '127.0.0.1', '--page-port');
  using data = await openDataDirectory({ directory: options.dataDirectory, version, freeBytes });
  await using keeper = openKeeper({ progress, stop, force });
  const log = (name: string) => {
    const file = openLogFile(path.join(data.logs, `${name}.log`));
    keeper.afterwards(() => file.close());
    return file;
  };
  const house: House = { surroundings, progress, data, host, keeper, log };

  try {
    const databaseUrl = await startDatabase(house);
    await buildWhereStale(house);
    await startCloud(house, databaseUrl);
    const codes = options.agent ? await startAgent(house) : undefined;
    progress.say(...readyLines(options, environment.PUBLIC_URL || `http://localhost:${options.port}`));
    codes?.showFromNowOn();
  } catch (error) {
    if (!stop.aborted) throw error;
  }
  const failure = await Promise.race([keeper.failed, aborted(stop)]);
  progress.say('', failure === undefined ? 'Stopping…' : `${failure} Nightlatch stops.`);
  await keeper[Symbol.asyncDispose]();
  progress.say('Stopped. Everything recorded so far is kept.');
  return failure === undefined ? 0 : 1;
}

const aborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });

/** Answers the URL of the database. */
async function startDatabase({ surroundings, progress, data, keeper, log }: House): Promise<string> {
  const given = surroundings.environment.DATABASE_URL;
  if (given !== undefined && given !== '') {
    progress.say('  ✓ Database: the one in DATABASE_URL');
    return given;
  }
  const file = log('postgres');
  const database = await progress.step(
    'Starting the database',
    async () => {
      const prepared = await prepareDatabase(data, file);
      await keeper.keep({ name: 'The database', essential: true, start: prepared.start });
      return prepared;
    },
    ({ made }) => `Database: PostgreSQL${made ? ', new' : ''}, in ${shortPath(data.path)}`,
  );
  return database.url;
}

async function buildWhereStale({ surroundings, progress, log }: House): Promise<void> {
  if (await webAppIsBuilt()) return;
  await progress.step(
    'Building the web app',
    () => buildWebApp(log('build'), surroundings.stop),
    () => 'Web app: built',
  );
}

async function startCloud(house: House, databaseUrl: string): Promise<void> {
  const { surroundings, progress, data, keeper, host } = house;
  const cloud = cloudProgram({
    environment: surroundings.environment,
    databaseUrl,
    host,
    port: surroundings.options.port,
    dataDirectory: data.cloud,
    log: house.log('cloud'),
  });
  await progress.step(
    'Starting the cloud',
    () => keeper.keep({ name: 'The cloud', essential: true, start: (abort) => startProcess(cloud, abort) }),
    () => `Cloud: on port ${surroundings.options.port}`,
  );
}

async function startAgent({ surroundings, progress, data, keeper, host, log }: House): Promise<PairingCodes> {
  const { options, environment } = surroundings;
  const codes = pairingCodes((code) => progress.say(...pairingLines(code, options.pagePort)));
  const agent = agentProgram({
    environment,
    // The agent stands beside the cloud: it needs no TLS proxy in between.
    server: `http://${loopbackOf(host)}:${options.port}`,
    cameraUrl: options.cameraUrl,
    demo: options.cameraUrl === undefined,
    dataDirectory: data.agent,
    pagePort: options.pagePort,
    log: log('agent'),
    onMessage: codes.hear,
  });
  await progress.step(
    'Starting the agent',
    () => keeper.keep({ name: 'The agent', essential: false, start: (abort) => startProcess(agent, abort) }),
    () => `Agent: ${options.cameraUrl === undefined ? 'with the demo camera' : 'with your camera'}`,
  );
  return codes;
}

/** Where a process on this machine reaches a server that listens on `host`. */
const loopbackOf = (host: string): string =>
  ['0.0.0.0', '::', ''].includes(host) ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
