import { setTimeout as sleep } from 'node:timers/promises';
import type { StormResult } from './result.ts';
import { noTally, type Tally } from './traffic.ts';
import type { World } from './world.ts';
import { writtenDown } from './written-down.ts';

const NEARLY_ALL = 0.99;

/** Of the visits, those that succeeded; 0 where there were none. */
export const partOf = ({ succeeded, visits }: Tally): number => (visits === 0 ? 0 : succeeded / visits);

type Account = Pick<
  StormResult,
  | 'viewers'
  | 'deliveries'
  | 'deliveriesByChannel'
  | 'foreignDeliveries'
  | 'foreignByChannel'
  | 'liveOpened'
  | 'foreignOpened'
  | 'deliveriesUnwritten'
  | 'eventsAcknowledged'
  | 'eventsLost'
  | 'requestsPerEvent'
  | 'mismatchesStopped'
  | 'repliesDoubted'
  | 'crossings'
>;

/** When all is over: what came to whom, and what is there. */
export async function accountOf(world: World): Promise<Account> {
  const { oracle, agents, viewers, cloud, cluster } = world;
  const eventsLost = await lost(world);
  const { mismatches, doubts } = await cloud.counts();
  const deliveriesUnwritten = oracle.unwritten(await writtenDown(cluster.url));
  const { opened: _, ...told } = oracle.tally();
  const requests = agents.reduce((sum, { attempts }) => sum + attempts, 0);
  return {
    viewers: viewers.length,
    ...{ ...told, deliveriesUnwritten, eventsLost },
    requestsPerEvent: requests / Math.max(1, told.eventsAcknowledged),
    ...{ mismatchesStopped: mismatches, repliesDoubted: doubts },
  };
}

/** Acknowledged events that are not in the list of their home for whoever has it now. */
async function lost({ oracle, viewers }: World): Promise<number> {
  let count = 0;
  for (const viewer of viewers) {
    const home = oracle.homeOf(viewer.account);
    if (home === undefined) continue;
    const there = await viewer.everything(home);
    for (const event of oracle.acknowledgedOf(home)) if (there?.has(event) !== true) count += 1;
  }
  return count;
}

const LOOK_MILLISECONDS = 500;

/** The most memory that the cloud takes until the answer is asked for. */
export function peakOf({ cloud }: World): () => Promise<number> {
  let most = 0;
  const look = async (): Promise<void> => {
    most = Math.max(most, await cloud.bytes());
  };
  const timer = setInterval(() => void look(), LOOK_MILLISECONDS);
  // A run that breaks off never asks for the answer.
  timer.unref();
  return async () => {
    clearInterval(timer);
    await look();
    return most;
  };
}

/** Seconds until, in one of them, nearly every visit succeeds; null where there is none. */
export async function recovery(
  countIn: (tally: Tally) => void,
  secondsMax: number,
  signal: AbortSignal,
): Promise<number | null> {
  const ended = performance.now();
  const passed = (): number => (performance.now() - ended) / 1000;
  const seconds: Tally[] = [];
  for (;;) {
    const tally = noTally();
    seconds.push(tally);
    countIn(tally);
    await sleep(1000, undefined, { signal });
    const good = seconds.findIndex((one) => one.visits > 0 && partOf(one) >= NEARLY_ALL);
    if (good >= 0) return good + 1;
    if (passed() > secondsMax) return null;
  }
}
