import { setTimeout as sleep } from 'node:timers/promises';
import type { StormResult } from './result.ts';
import type { Scenario, ScenarioOptions } from './scenario.ts';
import { noTally, startTraffic, type Tally } from './traffic.ts';
import { makeWorld, type World } from './world.ts';
import { writtenDown } from './written-down.ts';

/** What goes wrong. */
export interface Trouble {
  readonly name: string;
  /** In one line. */
  readonly describe: string;
  /** Begins it. */
  readonly strike: (world: World, options: ScenarioOptions) => Promise<Struck>;
}

export interface Struck {
  /** Ends it, with everything as it was; answers how many faults there were. */
  end(): Promise<number>;
}

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

async function run({ name, describe, strike }: Trouble, options: ScenarioOptions): Promise<StormResult> {
  const { cameras, seed, without, say, signal, length } = options;
  const begun = performance.now();
  await using world = await makeWorld(options);
  const { oracle, agents, viewers } = world;
  const wait = (seconds: number): Promise<void> => sleep(seconds * length * 1000, undefined, { signal });

  say(`the first ${FIRST_EVENTS * cameras} events`);
  for (let round = 0; round < FIRST_EVENTS; round++)
    await Promise.all(agents.map((agent) => agent.deliver()));

  const traffic = startTraffic(world, RATES);
  say('people look, cameras record, and nothing is wrong');
  const calmPeak = peakOf(world);
  await wait(CALM);
  const calmBytes = await calmPeak();

  say(describe);
  const under = noTally();
  traffic.countIn(under);
  const peak = peakOf(world);
  const struck = await strike(world, options);
  await wait(UNDER_FAULTS);
  const faultsInjected = await struck.end();
  const peakBytes = await peak();

  say('it has ended');
  const endedAt = performance.now();
  const recoverySeconds = await recovery(traffic.countIn, RECOVERY * length, signal);
  traffic.countIn(noTally());
  await wait(Math.max(0, RECOVERY - (performance.now() - endedAt) / 1000 / length));
  const after = noTally();
  traffic.countIn(after);
  await wait(AFTERWARDS);
  await traffic.end();

  const eventsLost = await lost(world);
  const { mismatches, doubts } = await world.cloud.counts();
  const { deliveries, foreignDeliveries, foreignOpened, eventsAcknowledged, crossings } = oracle.tally();
  const requests = agents.reduce((sum, { attempts }) => sum + attempts, 0);
  return {
    ...{ scenario: name, seed, without, cameras, viewers: viewers.length },
    ...{ faultsInjected, deliveries, foreignDeliveries, foreignOpened },
    deliveriesUnwritten: oracle.unwritten(await writtenDown(world.cluster.url)),
    ...{ legitimateSuccess: partOf(after), successUnderFaults: partOf(under) },
    ...{ eventsAcknowledged, eventsLost, recoverySeconds },
    requestsPerEvent: requests / Math.max(1, eventsAcknowledged),
    peakRssRatio: peakBytes / calmBytes,
    ...{ mismatchesStopped: mismatches, repliesDoubted: doubts, crossings },
    troubles: Object.fromEntries([...under.troubles, ...after.troubles]),
    seconds: (performance.now() - begun) / 1000,
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
function peakOf({ cloud }: World): () => Promise<number> {
  let most = 0;
  const look = async (): Promise<void> => {
    most = Math.max(most, await cloud.bytes());
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

/** People look and cameras record; then something goes wrong for a while; afterwards everything has to be as before. */
export const courseOf = (trouble: Trouble): Scenario => ({
  ...{ name: trouble.name, describe: trouble.describe },
  run: (options) => run(trouble, options),
});
