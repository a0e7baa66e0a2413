import { parseArgs } from 'node:util';
import { pino } from 'pino';
import type { News } from './news.ts';
import { pairingLink, qrForTerminal } from './pairing/link.ts';
import { messageOf, SettingsError } from './settings/private-file.ts';
import { type AgentOptions, type AgentSurroundings, composeAgent, SURROUNDINGS } from './wiring.ts';

export const DEFAULT_PAGE_PORT = 8081;

/** Runs an agent until the signal is aborted. @throws SettingsError with a sentence for people */
export async function runAgent(
  options: AgentOptions,
  signal: AbortSignal,
  surroundings: AgentSurroundings = SURROUNDINGS,
): Promise<void> {
  const agent = await composeAgent(options, surroundings, signal);
  options.log.info({ page: agent.pageUrl }, 'agent is ready');
  options.tell({ kind: 'ready', pageUrl: agent.pageUrl });
  await agent.run();
}

const USAGE = `usage: main.ts --server URL [--data DIR] [--camera URL] [--demo] [--page-port N]
The address of a camera may hold a password: rather set NIGHTLATCH_CAMERA_URL than use --camera.`;

interface CommandLine {
  readonly serverUrl: string;
  readonly dataDirectory: string;
  readonly cameraUrl: string | undefined;
  readonly demo: boolean;
  readonly pagePort: number;
  /** For the person at the terminal, before anything starts. */
  readonly warnings: readonly string[];
}

/** @throws SettingsError with a sentence for the person who typed it */
export function readCommandLine(argv: string[], environment: NodeJS.ProcessEnv): CommandLine {
  const text = { type: 'string' } as const;
  const options = {
    server: text,
    data: { ...text, default: './data/agent' },
    camera: text,
    demo: { type: 'boolean', default: false },
    'page-port': { ...text, default: String(DEFAULT_PAGE_PORT) },
  } as const;
  const values = parsed(() => parseArgs({ args: argv, options, strict: true }).values);
  const server = URL.parse(values.server ?? '');
  if (server === null || !['http:', 'https:'].includes(server.protocol)) {
    throw new SettingsError(`Say where the cloud is, such as --server https://cameras.example.org\n${USAGE}`);
  }
  const pagePort = Number(values['page-port']);
  if (!Number.isInteger(pagePort) || pagePort < 0 || pagePort > 65_535) {
    throw new SettingsError(`--page-port takes a port number.\n${USAGE}`);
  }
  const warnings: string[] = [];
  if (hasPassword(values.camera)) {
    warnings.push(
      'Everybody on this machine can see the password given with --camera while the agent runs. It is stored now; ' +
        'start without --camera from here on, or use NIGHTLATCH_CAMERA_URL.',
    );
  }
  if (server.protocol === 'http:' && !isLoopback(server.hostname)) {
    warnings.push(
      `The way to ${server.host} is not encrypted (http). Recordings are sealed all the same, but others on the way ` +
        'could send in this agent’s name. Use https outside of your own network.',
    );
  }
  const cameraUrl = values.camera ?? environment.NIGHTLATCH_CAMERA_URL;
  return {
    serverUrl: server.origin,
    dataDirectory: values.data,
    cameraUrl: cameraUrl === '' ? undefined : cameraUrl,
    demo: values.demo,
    pagePort,
    warnings,
  };
}

function parsed<Values>(parse: () => Values): Values {
  try {
    return parse();
  } catch (error) {
    throw new SettingsError(`${messageOf(error)}\n${USAGE}`, { cause: error });
  }
}

const hasPassword = (url: string | undefined): boolean => (URL.parse(url ?? '')?.password ?? '') !== '';
const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || host.startsWith('127.');

/** For a person at a terminal, where no other process listens. */
async function print(news: News, serverUrl: string): Promise<void> {
  if (news.kind === 'pairing-code') {
    const qr = await qrForTerminal(pairingLink(serverUrl, news.code));
    process.stdout.write(
      `\n${qr}\nPairing code: ${news.code}\nEnter it in the web app at ${serverUrl}, or scan it.\n\n`,
    );
  } else if (news.kind === 'ready') process.stdout.write(`The agent's own page: ${news.pageUrl}\n`);
  else if (news.kind === 'paired') process.stdout.write('Paired with a household.\n');
}

async function main(): Promise<void> {
  // Anything that the agent makes is for its user alone.
  process.umask(0o077);
  const log = pino({ base: null }, pino.destination({ dest: 2, sync: true }));
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  // Whoever started it is gone, and would start another one for the same directory.
  process.once('disconnect', () => stop.abort());
  try {
    const { warnings, ...options } = readCommandLine(process.argv.slice(2), process.env);
    for (const warning of warnings) log.warn(warning);
    delete process.env.NIGHTLATCH_CAMERA_URL;
    const tell = (news: News): void => {
      if (process.send !== undefined) {
        if (process.connected) process.send(news);
      } else void print(news, options.serverUrl);
    };
    await runAgent({ ...options, log, tell }, stop.signal);
    if (process.connected) process.disconnect();
  } catch (error) {
    if (error instanceof SettingsError) process.stderr.write(`${error.message}\n`);
    else
      log.fatal({ err: error }, 'the agent ends by a fault of its own; everything that was recorded is kept');
    process.exitCode = 1;
    if (process.connected) process.disconnect();
  }
}

if (import.meta.main) await main();
