import path from 'node:path';
import { CAMERA_URL_VARIABLE } from '../command-line.ts';
import type { LogFile } from '../processes/log-file.ts';
import type { Program } from '../processes/process.ts';
import { PACKAGES } from './packages.ts';
import { WEB_DIST } from './web-app.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The cloud migrates a database before it is ready; on a large one that may take minutes. */
const CLOUD_READY_MILLISECONDS = 600_000;
const AGENT_READY_MILLISECONDS = 60_000;
/** Open downloads and uploads get this long to end. */
const CLOUD_STOP_MILLISECONDS = 15_000;
/** The agent ends its recordings and writes them to its spool. */
const AGENT_STOP_MILLISECONDS = 20_000;

/**
 * Live records are garbage as soon as they are sent, and are let go of when the young generation is swept. Left to itself, the
 * heap of a cloud with 400 viewers of 200 cameras at 2 Mbit/s grew to 178 MB and the process to 386 MB; so to 51 and 286.
 */
export const YOUNG_SPACE = '--max-semi-space-size=4';

/** glibc gives each thread an arena of its own, and what one of them has let go of serves no other. */
export const ONE_ARENA = { MALLOC_ARENA_MAX: '1' };

const without = (environment: Environment, ...names: string[]): Environment =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !names.includes(name)));

const program = (name: string, main: string) => ({
  name,
  command: process.execPath,
  workingDirectory: process.cwd(),
  stopSignal: 'SIGTERM' as const,
  killSignal: 'SIGKILL' as const,
  main: path.join(PACKAGES, main),
});

export interface CloudPlace {
  readonly environment: Environment;
  readonly databaseUrl: string;
  readonly host: string;
  readonly port: number;
  readonly dataDirectory: string;
  readonly log: LogFile;
}

/** The cloud's process. What it may not know, the address of a camera, is taken out of its environment. */
export function cloudProgram(place: CloudPlace): Program {
  const { main, ...common } = program('The cloud', 'server/src/main.ts');
  return {
    ...common,
    parameters: [YOUNG_SPACE, main],
    environment: {
      ...ONE_ARENA,
      ...without(place.environment, CAMERA_URL_VARIABLE),
      NODE_ENV: 'production',
      DATABASE_URL: place.databaseUrl,
      HOST: place.host,
      PORT: String(place.port),
      DATA_DIR: place.dataDirectory,
      WEB_DIR: WEB_DIST,
    },
    log: place.log,
    isReady: (line) => line.includes('cloud is ready'),
    readyMilliseconds: CLOUD_READY_MILLISECONDS,
    stopMilliseconds: CLOUD_STOP_MILLISECONDS,
  };
}

export interface AgentPlace {
  readonly environment: Environment;
  readonly server: string;
  readonly cameraUrl: string | undefined;
  readonly demo: boolean;
  readonly dataDirectory: string;
  readonly pagePort: number;
}

/** How the agent's own command line is made from ours; the camera's address goes by the environment. */
export function agentInvocation(place: AgentPlace): { parameters: string[]; environment: Environment } {
  const { main } = program('The agent', 'agent/src/main.ts');
  return {
    parameters: [
      main,
      '--server',
      place.server,
      '--data',
      place.dataDirectory,
      '--page-port',
      String(place.pagePort),
      ...(place.demo ? ['--demo'] : []),
    ],
    environment: {
      // The agent needs nothing of the cloud's secrets.
      ...without(place.environment, CAMERA_URL_VARIABLE, 'DATABASE_URL', 'REDIS_URL'),
      NODE_ENV: 'production',
      ...(place.cameraUrl === undefined ? {} : { [CAMERA_URL_VARIABLE]: place.cameraUrl }),
    },
  };
}

export function agentProgram(
  place: AgentPlace & { readonly log: LogFile; readonly onMessage: (message: unknown) => void },
): Program {
  const { main: _main, ...common } = program('The agent', 'agent/src/main.ts');
  return {
    ...common,
    ...agentInvocation(place),
    log: place.log,
    onMessage: place.onMessage,
    isReady: (line) => line.includes('agent is ready'),
    readyMilliseconds: AGENT_READY_MILLISECONDS,
    stopMilliseconds: AGENT_STOP_MILLISECONDS,
  };
}
