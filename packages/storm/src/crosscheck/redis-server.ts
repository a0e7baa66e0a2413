import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { freePort } from '../bench/ground/ports.ts';

/** Debian's redis-server in a process of its own, which can be killed and started again on its port. */
export interface RedisServer extends AsyncDisposable {
  readonly port: number;
  /** Kills it with all that it holds. */
  kill(): Promise<void>;
  /** Starts it empty, where it was. */
  start(): Promise<void>;
  /** Both. */
  restart(): Promise<void>;
}

export async function startRedisServer(settings: readonly string[] = []): Promise<RedisServer> {
  const port = await freePort();
  const all = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...settings];
  let child: ChildProcess | null = null;
  const start = async (): Promise<void> => {
    const started = spawn('redis-server', all, { cwd: tmpdir(), stdio: ['ignore', 'pipe', 'inherit'] });
    const failed = once(started, 'error').then(() => {
      throw new Error('redis-server does not start. Install it: apt-get install redis-server');
    });
    await Promise.race([ready(started), failed]);
    // Once it listens, what it says is of no interest, and must not fill its pipe.
    started.stdout.resume();
    child = started;
  };
  const kill = async (): Promise<void> => {
    const ending = child;
    child = null;
    if (ending === null || ending.exitCode !== null || ending.signalCode !== null) return;
    ending.kill('SIGKILL');
    await once(ending, 'exit');
  };
  await start();
  return {
    ...{ port, kill, start },
    restart: async () => {
      await kill();
      await start();
    },
    [Symbol.asyncDispose]: kill,
  };
}

function ready({ stdout }: { readonly stdout: NodeJS.ReadableStream }): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    const hear = (chunk: unknown) => {
      said += String(chunk);
      if (!said.includes('Ready to accept connections')) return;
      stdout.off('data', hear);
      resolve();
    };
    stdout.on('data', hear);
    stdout.once('end', () => reject(new Error('redis-server ended before it was ready')));
  });
}
