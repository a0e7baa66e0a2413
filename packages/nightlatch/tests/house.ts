import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { freeLoopbackPort } from '../src/up/ports.ts';

const MAIN = path.join(import.meta.dirname, '../src/main.ts');
const LOOK_AGAIN_MILLISECONDS = 100;
const WAIT_MILLISECONDS = 120_000;

/** A `nightlatch up` in a directory of its own, as a person starts it. */
export interface House {
  readonly data: string;
  readonly port: number;
  readonly up: ChildProcess;
  /** What stands on its screen so far. */
  screen(): string;
  /** Until the screen says it. */
  untilSays(what: RegExp): Promise<RegExpExecArray>;
  /** The code it ends with. */
  readonly ended: Promise<number | null>;
}

export async function until<Result>(what: string, look: () => Promise<Result | undefined>): Promise<Result> {
  for (let waited = 0; waited < WAIT_MILLISECONDS; waited += LOOK_AGAIN_MILLISECONDS) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(LOOK_AGAIN_MILLISECONDS);
  }
  throw new Error(`it did not come to this: ${what}`);
}

/** A directory that goes when the test file ends: by then whoever works in it has ended. */
export async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'nightlatch-up-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Starts it; it is ended, and what it left behind with it, when the test is over. */
export async function startHouse(
  t: TestContext,
  directory: string,
  options: { port?: number; environment?: Record<string, string> } = {},
): Promise<House> {
  const data = path.join(directory, 'data');
  const port = options.port ?? (await freeLoopbackPort());
  const up = spawn(
    process.execPath,
    [MAIN, 'up', '--data', data, '--port', String(port), '--page-port', String(await freeLoopbackPort())],
    { env: { ...process.env, ...options.environment }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  for (const stream of [up.stdout, up.stderr])
    stream?.on('data', (chunk: Buffer) => {
      said += chunk;
    });
  const ended = once(up, 'close').then(([code]) => (typeof code === 'number' ? code : null));
  t.after(async () => {
    up.kill('SIGINT');
    await ended;
  });
  return {
    data,
    port,
    up,
    ended,
    screen: () => said,
    untilSays: async (what) => {
      let over = false;
      void ended.then(() => {
        over = true;
      });
      const found = await until(
        `${what} on the screen`,
        async () => what.exec(said) ?? (over ? null : undefined),
      );
      if (found === null) throw new Error(`it ended without saying ${what}: ${said}`);
      return found;
    },
  };
}

/** Runs the operator's check to its end: its exit code, and all that it said. */
export async function operatorCheck(...words: string[]): Promise<{ code: unknown; said: string }> {
  const child = spawn(process.execPath, [MAIN, 'operator', 'check', ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      said += chunk;
    });
  const [code] = await once(child, 'close');
  return { code, said };
}

export const health = async (port: number): Promise<true | undefined> => {
  const answer = await fetch(`http://127.0.0.1:${port}/api/health`).catch(() => undefined);
  await answer?.body?.cancel();
  return answer?.ok === true ? true : undefined;
};

/** The process of the database, by the file that it writes itself. */
export const databaseProcess = async (data: string): Promise<number> =>
  Number((await readFile(path.join(data, 'postgres/postmaster.pid'), 'utf8')).split('\n')[0]);

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

// A small Debian has no `ps`.
const processes = (): number[] => readdirSync('/proc').map(Number).filter(Number.isInteger);
function ofProcess(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

/** The processes below one. In stat(5) the parent is the second field after the name in parentheses. */
export const childrenOf = (pid: number): number[] =>
  processes().filter((child) => Number(ofProcess(child, 'stat').split(') ').at(-1)?.split(' ')[1]) === pid);

/** What everybody on this machine can read of every process. */
export const commandLines = (): string[] =>
  processes().map((pid) => ofProcess(pid, 'cmdline').replaceAll('\0', ' '));
