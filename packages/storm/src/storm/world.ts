import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startDatabase } from '../bench/ground/database.ts';
import { residentBytes } from '../bench/ground/process-cpu.ts';
import { seeded } from '../faults/chance.ts';
import { type PostgresProxy, startPostgresProxy } from '../faults/postgres-proxy.ts';
import { type CloudCommand, CloudNews } from './cloud-messages.ts';
import type { Lock } from './locks.ts';
import { createOracle, type Oracle } from './oracle.ts';
import { createStormAgent, type StormAgent } from './storm-agent.ts';
import { createStormViewer, type StormViewer } from './storm-viewer.ts';
import { fillTown } from './town.ts';

export interface WorldOptions {
  readonly cameras: number;
  readonly seed: number;
  readonly without: readonly Lock[];
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Real processes, one seed, and somebody who knows the truth. */
export interface World extends AsyncDisposable {
  readonly proxy: PostgresProxy;
  readonly oracle: Oracle;
  readonly random: () => number;
  readonly agents: readonly StormAgent[];
  /** One for each home, in the order of the agents. */
  readonly viewers: readonly StormViewer[];
  /** What the locks have stopped so far, by their own word. */
  stopped(): Promise<{ mismatches: number; doubts: number }>;
  /** Of the cloud's process, now. */
  cloudBytes(): Promise<number>;
}

const PROCESS = fileURLToPath(new URL('cloud-process.ts', import.meta.url));
const READY_MILLISECONDS_MAX = 60_000;

export async function makeWorld({ cameras, seed, without, say, signal }: WorldOptions): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const random = seeded(seed);
  const context = { say, signal, afterwards: (letGo: () => Promise<void> | void) => stack.defer(letGo) };
  say('a PostgreSQL, its faulty proxy, and the cloud');
  const ownerUrl = await startDatabase(context);
  const proxy = stack.use(await startPostgresProxy(Number(new URL(ownerUrl).port), random));
  const databaseUrl = new URL(ownerUrl);
  databaseUrl.port = `${proxy.port}`;
  const dataDirectory = await mkdtemp(path.join(tmpdir(), 'nightlatch-storm-'));
  stack.defer(() => rm(dataDirectory, { recursive: true, force: true }));

  const child = fork(PROCESS, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = once(child, 'exit').then(() => {
    throw new Error('the cloud has ended');
  });
  ended.catch(() => undefined);
  stack.defer(async () => {
    child.kill('SIGKILL');
    await ended.catch(() => undefined);
  });
  const ask = async (command: CloudCommand): Promise<CloudNews> => {
    const answer = once(child, 'message', { signal: AbortSignal.timeout(READY_MILLISECONDS_MAX) });
    child.send(command);
    const [news] = await Promise.race([answer, ended]);
    return CloudNews.parse(news);
  };
  const ready = await ask({
    kind: 'open',
    ...{ databaseUrl: databaseUrl.href, ownerUrl, dataDirectory },
    without: [...without],
  });
  if (ready.kind !== 'ready') throw new Error('the cloud did not say that it is ready');

  say(`${cameras} homes, each with a camera`);
  const residents = await fillTown(ownerUrl, cameras);
  const oracle = createOracle();
  const place = { url: ready.url, oracle, random };
  const owned = stack.move();
  return {
    ...{ proxy, oracle, random },
    agents: residents.map((resident) => createStormAgent(resident, place)),
    viewers: residents.map((resident) => createStormViewer(resident, place)),
    stopped: async () => {
      const news = await ask({ kind: 'count' });
      return news.kind === 'counts' ? news : { mismatches: 0, doubts: 0 };
    },
    cloudBytes: async () => residentBytes(child.pid ?? 0),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
