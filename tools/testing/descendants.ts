import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE_MILLISECONDS = 5_000;
const LOOK_AGAIN_MILLISECONDS = 50;

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** In the kernel's ticks: a number that is given out anew has another. */
  readonly begun: string;
}

/** Every process that Linux shows; elsewhere none. */
function all(): Process[] {
  try {
    return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (read(Number(name)) ?? []) : []));
  } catch {
    return [];
  }
}

function read(pid: number): Process | undefined {
  try {
    // The name, in brackets, may have spaces and brackets of its own.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    const [state, parent = '0'] = fields;
    return state === 'Z' ? undefined : { pid, parent: Number(parent), begun: fields[19] ?? '' };
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

/** Those below any of these processes, however far. */
function below(roots: Iterable<number>): Process[] {
  const parents = new Set(roots);
  const found: Process[] = [];
  const others = all();
  for (let before = -1; before < found.length; ) {
    before = found.length;
    for (const one of others)
      if (parents.has(one.parent) && !parents.has(one.pid)) {
        parents.add(one.pid);
        found.push(one);
      }
  }
  return found;
}

function send({ pid }: Process, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

/**
 * Ends everything below this process: by SIGINT, which PostgreSQL takes for its fast shutdown, and what has not gone
 * after some seconds by SIGKILL. Some of them are in a session of their own, where no Ctrl-C comes.
 */
export async function endDescendants(patienceMilliseconds = PATIENCE_MILLISECONDS): Promise<void> {
  const tracked = new Map<number, Process>();
  const since = performance.now();
  for (;;) {
    for (const one of below([process.pid, ...tracked.keys()])) {
      if (tracked.has(one.pid)) continue;
      tracked.set(one.pid, one);
      send(one, 'SIGINT');
    }
    for (const { pid, begun } of tracked.values()) if (read(pid)?.begun !== begun) tracked.delete(pid);
    if (tracked.size === 0) return;
    if (performance.now() - since > patienceMilliseconds)
      for (const one of tracked.values()) send(one, 'SIGKILL');
    await sleep(LOOK_AGAIN_MILLISECONDS);
  }
}
