import { setTimeout as sleep } from 'node:timers/promises';
import { accountOf, partOf, peakOf, recovery } from './measures.ts';
import type { StormResult } from './result.ts';
import type { Scenario, ScenarioOptions } from './scenario.ts';
import { noTally, startTraffic } from './traffic.ts';
import { makeWorld, type World } from './world.ts';

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
const CAMERAS = 60;

async function run({ name, describe, strike }: Trouble, options: ScenarioOptions): Promise<StormResult> {
  const { cameras, seed, without, say, signal, length } = options;
  const begun = performance.now();
  await using world = await makeWorld(options);
  const { agents } = world;
  const wait = (seconds: number): Promise<void> => sleep(seconds * length * 1000, undefined, { signal });

  say(`the first ${FIRST_EVENTS * cameras} events`);
  for (let round = 0; round < FIRST_EVENTS; round++)
    await Promise.all(agents.map((agent) => agent.deliver()));

  await using traffic = startTraffic(world, RATES);
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

  return {
    ...{ scenario: name, seed, without, cameras, faultsInjected, recoverySeconds },
    ...(await accountOf(world)),
    ...{ legitimateSuccess: partOf(after), successUnderFaults: partOf(under) },
    ...{ attemptsPerCamera: null, recoveryAgainstIdeal: null, peakRssRatio: peakBytes / calmBytes },
    troubles: Object.fromEntries([...under.troubles, ...after.troubles]),
    seconds: (performance.now() - begun) / 1000,
  };
}

/** People look and cameras record; then something goes wrong for a while; afterwards everything has to be as before. */
export const courseOf = (trouble: Trouble): Scenario => ({
  ...{ name: trouble.name, describe: trouble.describe, cameras: CAMERAS },
  run: (options) => run(trouble, options),
});
