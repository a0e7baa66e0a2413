import path from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf, Refused } from './refused.ts';

export const DEFAULT_PORT = 8080;
export const DEFAULT_PAGE_PORT = 8081;

/** The camera's address may hold a password: it goes to the agent by its environment, never by its arguments. */
export const CAMERA_URL_VARIABLE = 'NIGHTLATCH_CAMERA_URL';

export interface UpOptions {
  readonly command: 'up';
  /** Absent: the demo camera. */
  readonly cameraUrl: string | undefined;
  readonly dataDirectory: string;
  readonly port: number;
  readonly pagePort: number;
  readonly agent: boolean;
}

export interface AgentOptions {
  readonly command: 'agent';
  readonly server: string;
  readonly cameraUrl: string | undefined;
  readonly demo: boolean;
  readonly dataDirectory: string;
  readonly pagePort: number;
}

export interface OperatorCheckOptions {
  readonly command: 'operator check';
  readonly dataDirectory: string;
  /** Mend what is found. */
  readonly repair: boolean;
}

export type Command =
  | UpOptions
  | AgentOptions
  | OperatorCheckOptions
  | { readonly command: 'help' | 'version' };

export const USAGE = `Nightlatch, an open camera cloud for homes that fails closed.

  nightlatch up                  start the database, the cloud and an agent with a camera
    --camera URL                 rtsp://user:password@address/path; without it, a demo camera
    --data DIR                   where everything is kept (./data)
    --port N                     where the web app answers (${DEFAULT_PORT})
    --page-port N                where the agent's own page answers (${DEFAULT_PAGE_PORT})
    --no-agent                   the cloud alone

  nightlatch agent --server URL  start an agent for a cloud that runs elsewhere
    --camera URL | --demo        as above
    --data DIR                   (./agent-data)
    --page-port N                (${DEFAULT_PAGE_PORT})

  nightlatch operator check      hold the cloud's database and its files against each other; Nightlatch is stopped meanwhile
    --repair                     mend what is found
    --data DIR                   (./data)

  The password of a camera stays out of the process list in ${CAMERA_URL_VARIABLE}=URL, instead of --camera.
  Also read: DATABASE_URL (a PostgreSQL of your own, 15 or later), HOST, PUBLIC_URL. See docs/operating.md.
`;

const FLAGS = {
  camera: { type: 'string' },
  data: { type: 'string' },
  port: { type: 'string' },
  'page-port': { type: 'string' },
  'no-agent': { type: 'boolean' },
  server: { type: 'string' },
  demo: { type: 'boolean' },
  repair: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

const FLAGS_OF = {
  up: ['camera', 'data', 'port', 'page-port', 'no-agent'],
  agent: ['server', 'camera', 'demo', 'data', 'page-port'],
  operator: ['data', 'repair'],
} as const;

function portOf(text: string | undefined, fallback: number, flag: string): number {
  if (text === undefined) return fallback;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535)
    throw new Refused(`${flag} takes a number from 1 to 65535. Nothing was started.`);
  return port;
}

/** The message never repeats the address: it may hold a password. */
function cameraUrlOf(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['rtsp:', 'rtsps:'].includes(url.protocol) || url.hostname === '')
    throw new Refused(
      'The address of the camera is not an RTSP address, such as rtsp://user:password@192.168.1.20:554/stream1. ' +
        'Nothing was started. (In a password, write @ as %40, / as %2F and : as %3A.)',
    );
  return text;
}

/** @throws Refused with what is wrong with the command line. */
export function readCommandLine(
  parameters: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Command {
  const parsed = parse(parameters);
  const { values, positionals } = parsed;
  if (values.version === true) return { command: 'version' };
  const [command, ...rest] = positionals;
  if (values.help === true || command === undefined || command === 'help') return { command: 'help' };
  if (command !== 'up' && command !== 'agent' && command !== 'operator')
    throw new Refused(`There is no command "${command}". "nightlatch --help" lists them.`);
  if (command === 'operator' && rest.shift() !== 'check')
    throw new Refused('Say what to do: nightlatch operator check. "nightlatch --help" shows the form.');
  if (rest.length > 0)
    throw new Refused(`"${rest[0]}" is one word too many. "nightlatch --help" shows the form.`);
  const known: readonly string[] = FLAGS_OF[command];
  const stranger = Object.keys(values).find((flag) => !known.includes(flag));
  if (stranger !== undefined)
    throw new Refused(
      `"nightlatch ${command}" takes no --${stranger}. "nightlatch --help" lists what it takes.`,
    );

  if (command === 'operator')
    return {
      command: 'operator check',
      dataDirectory: path.resolve(values.data ?? 'data'),
      repair: values.repair === true,
    };
  const common = {
    cameraUrl: cameraUrlOf(values.camera ?? environment[CAMERA_URL_VARIABLE]),
    pagePort: portOf(values['page-port'], DEFAULT_PAGE_PORT, '--page-port'),
  };
  if (command === 'up') {
    const port = portOf(values.port, DEFAULT_PORT, '--port');
    if (port === common.pagePort)
      throw new Refused('--port and --page-port are the same. Nothing was started.');
    return {
      ...common,
      command,
      dataDirectory: path.resolve(values.data ?? 'data'),
      port,
      agent: values['no-agent'] !== true,
    };
  }
  if (
    values.server === undefined ||
    !/^https?:$/.test(URL.canParse(values.server) ? new URL(values.server).protocol : '')
  )
    throw new Refused('Say where the cloud is: nightlatch agent --server https://cameras.example.org');
  if (values.demo === true && values.camera !== undefined)
    throw new Refused('--camera and --demo exclude each other. Nothing was started.');
  return {
    ...common,
    command,
    server: values.server,
    demo: values.demo === true,
    dataDirectory: path.resolve(values.data ?? 'agent-data'),
  };
}

function parse(parameters: readonly string[]) {
  try {
    return parseArgs({ args: [...parameters], options: FLAGS, allowPositionals: true });
  } catch (error) {
    throw new Refused(`${messageOf(error).split('. To specify')[0]}. "nightlatch --help" shows the form.`);
  }
}
