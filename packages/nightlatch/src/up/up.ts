import { existsSync } from 'node:fs';
import path from 'node:path';
import type { UpOptions } from '../command-line.ts';
import { endLeftovers, forgetProcesses, rememberProcess } from '../processes/leftovers.ts';
import { type LogFile, openLogFile } from '../processes/log-file.ts';
import { startProcess } from '../processes/process.ts';
import { type AgentNews, agentNews } from './agent-news.ts';
import { type Cameras, camerasOf } from './cameras.ts';
import { type DataDirectory, freeBytes, openDataDirectory } from './data-directory.ts';
import { prepareDatabase } from './database.ts';
import { type Keeper, openKeeper } from './keeper.ts';
import { assertFree } from './ports.ts';
import { agentProgram, cloudProgram } from './programs.ts';
import { type Progress, type Screen, showProgress } from './progress.ts';
import { agentLine, pairingLines, readyLines, shortPath } from './screen-text.ts';
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
  using data = await openFreePlace(options, version, host);
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
    const agent = options.agent ? await startAgent(house) : undefined;
    progress.say(...readyLines(options, addressOf(surroundings), agent?.cameras));
    agent?.news.showFromNowOn();
  } catch (error) {
    if (!stop.aborted) throw error;
  }
  const failure = await Promise.race([keeper.failed, aborted(stop)]);
  progress.say('', failure === undefined ? 'Stopping…' : `${failure} Nightlatch stops.`);
  await keeper[Symbol.asyncDispose]();
  forgetProcesses(data.processes);
  progress.say('Stopped. Everything recorded so far is kept.');
  return failure === undefined ? 0 : 1;
}

/**
 * The data directory, with free ports. A start that would fail on a port fails before anything is made or touched; unless
 * it is our own earlier processes that hold it, which a kill has left behind.
 * @throws Refused
 */
async function openFreePlace(options: UpOptions, version: string, host: string): Promise<DataDirectory> {
  const assertPorts = async () => {
    await assertFree(options.port, host, '--port');
    if (options.agent) await assertFree(options.pagePort, '127.0.0.1', '--page-port');
  };
  if (!existsSync(options.dataDirectory)) await assertPorts();
  const data = await openDataDirectory({ directory: options.dataDirectory, version, freeBytes });
  try {
    await endLeftovers(data.processes);
    await assertPorts();
    return data;
  } catch (error) {
    data[Symbol.dispose]();
    throw error;
  }
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
    () =>
      keeper.keep({
        name: 'The cloud',
        essential: true,
        start: (abort) => startProcess({ ...cloud, onStarted: remember(house, 'cloud') }, abort),
      }),
    () => `Cloud: on port ${surroundings.options.port}`,
  );
}

async function startAgent(house: House): Promise<{ news: AgentNews; cameras: Cameras }> {
  const { surroundings, progress, data, keeper, host, log } = house;
  const { options, environment } = surroundings;
  const cameras = await camerasOf(data.agent, options.cameraUrl);
  const news = agentNews({
    pairingCode: (code) =>
      void pairingLines(code, addressOf(surroundings), options.pagePort).then((lines) =>
        progress.say(...lines),
      ),
    line: (text) => progress.say(text),
  });
  const agent = agentProgram({
    environment,
    // The agent stands beside the cloud: it needs no TLS proxy in between.
    server: `http://${hereOf(host)}:${options.port}`,
    cameraUrl: options.cameraUrl,
    demo: cameras.demo,
    dataDirectory: data.agent,
    pagePort: options.pagePort,
    log: log('agent'),
    onMessage: news.hear,
  });
  await progress.step(
    'Starting the agent',
    () =>
      keeper.keep({
        name: 'The agent',
        essential: false,
        start: (abort) => startProcess({ ...agent, onStarted: remember(house, 'agent') }, abort),
      }),
    () => agentLine(cameras),
  );
  return { news, cameras };
}

const remember =
  ({ data }: House, name: string) =>
  (pid: number | undefined): void =>
    rememberProcess(data.processes, name, pid);

/** Where people open the web app. */
const addressOf = ({ environment, options }: Surroundings): string =>
  environment.PUBLIC_URL || `http://localhost:${options.port}`;

/** How this machine calls a server that listens on `host`: by the name that a browser here uses as well. */
function hereOf(host: string): string {
  if (['127.0.0.1', '::1', '0.0.0.0', '::'].includes(host)) return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
