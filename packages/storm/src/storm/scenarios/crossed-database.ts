import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultRates } from '../../faults/postgres-proxy.ts';
import type { StormResult } from '../result.ts';
import type { Scenario, ScenarioOptions } from '../scenario.ts';
import { noTally, startTraffic, type Tally } from '../traffic.ts';
import { makeWorld, type World } from '../world.ts';

const FAULTS: FaultRates = { drop: 0.001, repeat: 0.004, swap: 0.02 };
const RATES = { visits: 30, mixedUp: 0.05, events: 4 };
/** Seconds of a whole run. */
const CALM = 8;
const UNDER_FAULTS = 30;
/** From the end of the faults until everything has to be as it was. */
const RECOVERY = 30;
const AFTERWARDS = 15;
const FIRST_EVENTS = 2;
const NEARLY_ALL = 0.99;

const partOf = ({ succeeded, visits }: Tally): number => (visits === 0 ? 0 : succeeded / visits);

async function run(options: ScenarioOptions): Promise<StormResult> {
  const { cameras, seed, without, say, signal, length } = options;
  const begun = performance.now();
  await using world = await makeWorld(options);
  const { proxy, oracle, agents, viewers } = world;
  const wait = (seconds: number): Promise<void> => sleep(seconds * length * 1000, undefined, { signal });

  say(`the first ${FIRST_EVENTS * cameras} events`);
  for (let round = 0; round < FIRST_EVENTS; round++)
    await Promise.all(agents.map((agent) => agent.deliver()));

  const traffic = startTraffic(world, RATES);
  say('people look, cameras record, and nothing is wrong');
  const calmPeak = peakOf(world);
  await wait(CALM);
  const calmBytes = await calmPeak();

  say('replies of the database are dropped, repeated and swapped');
  const under = noTally();
  traffic.countIn(under);
  proxy.setFaults(FAULTS);
  const peak = peakOf(world);
  await wait(UNDER_FAULTS);
  proxy.setFaults(null);
  const peakBytes = await peak();

  say('the faults have ended');
  const endedAt = performance.now();
  const recoverySeconds = await recovery(traffic.countIn, RECOVERY * length, signal);
  traffic.countIn(noTally());
  await wait(Math.max(0, RECOVERY - (performance.now() - endedAt) / 1000 / length));
  const after = noTally();
  traffic.countIn(after);
  await wait(AFTERWARDS);
  await traffic.end();

  let eventsLost = 0;
  for (const viewer of viewers) {
    const there = await viewer.everything();
    for (const event of oracle.acknowledgedOf(viewer.home)) if (there?.has(event) !== true) eventsLost += 1;
  }
  const { mismatches, doubts } = await world.stopped();
  const { deliveries, foreignDeliveries, foreignOpened, eventsAcknowledged, crossings } = oracle.tally();
  const requests = agents.reduce((sum, { attempts }) => sum + attempts, 0);
  return {
    ...{ scenario: 'crossed-database', seed, without, cameras, viewers: viewers.length },
    faultsInjected: proxy.struck,
    ...{ deliveries, foreignDeliveries, foreignOpened },
    ...{ legitimateSuccess: partOf(after), successUnderFaults: partOf(under) },
    ...{ eventsAcknowledged, eventsLost, recoverySeconds },
    requestsPerEvent: requests / Math.max(1, eventsAcknowledged),
    peakRssRatio: peakBytes / calmBytes,
    ...{ mismatchesStopped: mismatches, repliesDoubted: doubts, crossings },
    troubles: Object.fromEntries([...under.troubles, ...after.troubles]),
    seconds: (performance.now() - begun) / 1000,
  };
}

const LOOK_MILLISECONDS = 500;

/** The most memory that the cloud takes until the answer is asked for. */
function peakOf({ cloudBytes }: World): () => Promise<number> {
  let most = 0;
  const look = async (): Promise<void> => {
    most = Math.max(most, await cloudBytes());
  };
  const timer = setInterval(() => void look(), LOOK_MILLISECONDS);
  return async () => {
    clearInterval(timer);
    await look();
    return most;
  };
}

/** Seconds until, in one of them, nearly every visit succeeds; null where there is none. */
async function recovery(
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

export const scenario: Scenario = {
  name: 'crossed-database',
  describe: 'replies of PostgreSQL are dropped, repeated and swapped while people look and cameras record',
  run,
};
