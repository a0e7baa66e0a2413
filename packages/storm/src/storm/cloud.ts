import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ONE_ARENA, YOUNG_SPACE } from 'nightlatch/up/programs';
import { residentBytes } from '../bench/ground/process-cpu.ts';
import { type CloudCommand, CloudNews, type OpenOrder, type Strain } from './cloud-messages.ts';

/** The cloud's process. */
export interface Cloud extends AsyncDisposable {
  readonly url: string;
  /** Ends it with SIGKILL, in the middle of whatever it does. */
  kill(): Promise<void>;
  /** Starts it where it was; resolves when it listens. @throws Error where it does not come up */
  start(): Promise<void>;
  strain(strain: Strain): void;
  /** What the locks have stopped, by their own word, and how often the disk was slow or full, since the last start. */
  counts(): Promise<{ mismatches: number; doubts: number; strained: number }>;
  /** Resident memory now; 0 while it is down. */
  bytes(): Promise<number>;
}

const PROCESS = fileURLToPath(new URL('cloud-process.ts', import.meta.url));
const READY_MILLISECONDS_MAX = 60_000;

export async function startCloud(order: Omit<OpenOrder, 'kind'>): Promise<Cloud> {
  let child: ChildProcess | undefined;
  const ask = async (to: ChildProcess, command: CloudCommand): Promise<CloudNews> => {
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, AbortSignal.timeout(READY_MILLISECONDS_MAX)]);
    const ended = once(to, 'exit', { signal }).then(() => {
      throw new Error('the cloud has ended');
    });
    try {
      to.send(command);
      const [news] = await Promise.race([once(to, 'message', { signal }), ended]);
      return CloudNews.parse(news);
    } finally {
      over.abort();
    }
  };
  const cloud: Cloud = {
    url: `http://127.0.0.1:${order.port}`,
    kill: async () => {
      const dying = child;
      child = undefined;
      // A Ctrl-C in the terminal has ended it before us.
      if (dying === undefined || dying.exitCode !== null || dying.signalCode !== null) return;
      const ended = once(dying, 'exit');
      dying.kill('SIGKILL');
      await ended;
    },
    start: async () => {
      const started = fork(PROCESS, {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        execArgv: [YOUNG_SPACE],
        env: { ...process.env, ...ONE_ARENA },
      });
      child = started;
      await ask(started, { kind: 'open', ...order });
    },
    strain: (strain) => void child?.send({ kind: 'strain', strain } satisfies CloudCommand),
    counts: async () => {
      const news = child === undefined ? undefined : await ask(child, { kind: 'count' });
      if (news?.kind !== 'counts') throw new Error('the cloud does not tell what its locks have stopped');
      return news;
    },
    bytes: async () => (child?.pid === undefined ? 0 : residentBytes(child.pid).catch(() => 0)),
    [Symbol.asyncDispose]: () => cloud.kill(),
  };
  await cloud.start();
  return cloud;
}
