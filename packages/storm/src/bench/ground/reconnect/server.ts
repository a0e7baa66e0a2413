import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ONE_ARENA, YOUNG_SPACE } from 'nightlatch/up/programs';
import type { BenchContext } from '../../suite.ts';
import { newDirectory } from '../cloud-process.ts';
import { freePort } from '../ports.ts';
import type { ServerOrder } from './server-messages.ts';

const READY_MILLISECONDS_MAX = 60_000;

export interface RunningServer {
  readonly pid: number;
  kill(): Promise<void>;
}

/** Where a server is, whether it runs or not. */
export async function newPlace(
  context: BenchContext,
  given: { readonly databaseUrl: string; readonly reconnectsPerSecond: number },
): Promise<ServerOrder> {
  const directory = await newDirectory(context);
  const [key, certificate] = ['key.pem', 'certificate.pem'].map((name) => path.join(directory, name));
  // P-256, as certificate authorities give it.
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=localhost', '-keyout', key ?? '', '-out', certificate ?? ''],
  ]);
  return {
    ...given,
    dataDirectory: path.join(directory, 'data'),
    port: await freePort(),
    tlsPort: await freePort(),
    key: await readFile(key ?? '', 'utf8'),
    certificate: await readFile(certificate ?? '', 'utf8'),
  };
}

export async function startServer(
  { afterwards }: BenchContext,
  which: 'cloud' | 'bare',
  place: ServerOrder,
): Promise<RunningServer> {
  const file = fileURLToPath(new URL(`${which}-process.ts`, import.meta.url));
  const child = fork(file, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [YOUNG_SPACE],
    env: { ...process.env, ...ONE_ARENA },
  });
  const ended = once(child, 'exit');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  afterwards(kill);
  const ready = once(child, 'message', { signal: AbortSignal.timeout(READY_MILLISECONDS_MAX) });
  child.send(place);
  await Promise.race([
    ready,
    ended.then(() => {
      throw new Error(`the process of the ${which} server has ended`);
    }),
  ]);
  return { pid: child.pid ?? 0, kill };
}
