import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { CaseNews, type CaseOrder, type Extent, type Outcome } from './case-messages.ts';
import type { Case } from './cases.ts';
import type { Adapter } from './client.ts';
import { cellOf, crashedOutcome } from './outcome.ts';

interface Ran {
  /** Null where the case means nothing to this client. */
  readonly outcome: Outcome | null;
  /** What the process said as it went down. */
  readonly crash?: string;
  /** Replies that were broken, and values that came from the origin in place of the cache. */
  readonly struck?: number;
  readonly loads?: number;
}

export interface CaseResult extends Ran {
  readonly case: string;
  readonly artificial: boolean;
  readonly says: string;
}

export interface ClientResult {
  readonly client: string;
  readonly packageName: string;
  readonly version: string;
  readonly cases: readonly CaseResult[];
}

export interface CrosscheckResult {
  readonly seed: number;
  readonly extent: Extent;
  readonly node: string;
  readonly redis: string;
  readonly clients: readonly ClientResult[];
}

const Package = z.object({ version: z.string() });

function versionOf(packageName: string): string {
  const file = findPackageJSON(packageName, import.meta.url);
  return file === undefined ? 'unknown' : Package.parse(JSON.parse(readFileSync(file, 'utf8'))).version;
}

function redisVersion(): string {
  const said = execFileSync('redis-server', ['--version'], { encoding: 'utf8' });
  return /v=([\d.]+)/.exec(said)?.[1] ?? said.trim();
}

/** Every case against every client, one after another, each on a Redis and a proxy of its own. The seed repeats a run. */
export async function crosscheck(
  adapters: readonly Adapter[],
  cases: readonly Case[],
  extent: Extent,
  seed: number,
  say: (line: string) => void,
): Promise<CrosscheckResult> {
  const clients: ClientResult[] = [];
  for (const adapter of adapters) {
    const results: CaseResult[] = [];
    for (const [index, one] of cases.entries()) {
      const applies = one.applies?.(adapter) ?? true;
      const { name, artificial, says } = one;
      const order = { client: adapter.name, caseName: name, extent, seed: seed + index };
      const ran = applies ? await runCase(order) : { outcome: null };
      results.push({ case: name, artificial, says, ...ran });
      const { outcome, struck, loads } = ran;
      if (outcome !== null)
        say(`${adapter.name}, ${name}: ${cellOf(outcome)} (${struck} replies struck, ${loads} loads)`);
    }
    const { name: client, packageName } = adapter;
    clients.push({ client, packageName, version: versionOf(packageName), cases: results });
  }
  return { seed, extent, node: process.version, redis: redisVersion(), clients };
}

const PROCESS = fileURLToPath(new URL('case-process.ts', import.meta.url));
/** The last words of a process that crashed. */
const SAID_CHARACTERS_MAX = 4_000;
const CASE_MILLISECONDS_MAX = 900_000;

/** @throws Error where the case could not be run, which says nothing about the client */
async function runCase(order: CaseOrder): Promise<Ran> {
  const child = fork(PROCESS, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let said = '';
  child.stderr?.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-SAID_CHARACTERS_MAX);
  });
  const ended = once(child, 'exit');
  const late = setTimeout(() => child.kill('SIGKILL'), CASE_MILLISECONDS_MAX);
  let ran: Ran | null = null;
  let failed: string | null = null;
  child.on('message', (message) => {
    const news = CaseNews.parse(message);
    if (news.kind === 'outcome') ran = { outcome: news.outcome, struck: news.struck, loads: news.loads };
    if (news.kind === 'failed') failed = news.text;
  });
  child.send(order);
  await ended;
  clearTimeout(late);
  if (failed !== null) throw new Error(`${order.client}, "${order.caseName}": ${failed}`);
  return ran ?? { outcome: crashedOutcome(), crash: said };
}
