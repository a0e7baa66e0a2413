import { setTimeout as sleep } from 'node:timers/promises';
import { BACKOFF } from '@nightlatch/agent/uplink/retry';
import { often, type ReplyRates } from '../faults/resp-faults.ts';
import { RECONNECTS_PER_SECOND } from './cloud-messages.ts';
import { accountOf, partOf, peakOf } from './measures.ts';
import type { StormResult } from './result.ts';
import type { Scenario, ScenarioOptions } from './scenario.ts';
import type { StormAgent } from './storm-agent.ts';
import { noTally, startTraffic } from './traffic.ts';
import { makeWorld } from './world.ts';

/** Of every thousand replies of the cache. */
const FAULTS: ReplyRates = {
  ...{ drop: 0.002, repeat: 0.006, swap: 0.01, delay: 0.004 },
  delayMilliseconds: 400,
};
/** People whose homes have events from before, and who look. */
const PEOPLE = 200;
const CALM_RATES = { visits: 8, mixedUp: 0.05, events: 2 };
/** All want to know what was while the cloud was away. */
const STORM_RATES = { visits: 16, mixedUp: 0.05, events: 4 };
/** Events of each camera in the hours without the cloud. */
const PILED_UP = 2;
const HOURS_AWAY_MILLISECONDS = 5 * 3_600_000;

/** Seconds of a whole run. */
const CALM = 10;
const UNDER_FAULTS = 20;
const RECOVERY = 30;
const AFTERWARDS = 15;
/** In the beginning, so that nothing waits on the start itself. */
const FIRST_LINKS_PER_SECOND = 300;
const LOOK_MILLISECONDS = 50;
const PATIENCE_MILLISECONDS = 300_000;
const AT_ONCE = 16;

export interface Outage {
  readonly name: string;
  /** In one line. */
  readonly describe: string;
  readonly cameras: number;
  /** Whether agents keep to their slots and to what refusals say. */
  readonly cooperate: boolean;
}

async function inTurn<One>(all: readonly One[], act: (one: One) => Promise<unknown>): Promise<void> {
  const rest = all[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const one of rest) await act(one);
    }),
  );
}

/** Seconds until it is so. @throws Error where it does not become so */
async function secondsUntil(what: string, isSo: () => boolean, signal: AbortSignal): Promise<number> {
  const since = performance.now();
  while (!isSo()) {
    if (performance.now() - since > PATIENCE_MILLISECONDS) throw new Error(`${what} did not come to be`);
    await sleep(LOOK_MILLISECONDS, undefined, { signal });
  }
  return (performance.now() - since) / 1000;
}

const linkAttempts = (agents: readonly StormAgent[]): number =>
  agents.reduce((sum, agent) => sum + agent.linkAttempts, 0);

async function run({ name, cooperate }: Outage, options: ScenarioOptions): Promise<StormResult> {
  const { cameras, seed, without, say, signal, length } = options;
  const begun = performance.now();
  await using world = await makeWorld({ ...options, cooperate, pastDatabaseProxy: true });
  const { cloud, redis, redisProxy, agents, viewers, random } = world;
  const wait = (seconds: number): Promise<void> => sleep(seconds * length * 1000, undefined, { signal });
  const allLinked = (): boolean => agents.every(({ isLinked }) => isLinked);

  say(`${cameras} agents take up their links`);
  const links = agents.map(async (agent, at) => {
    await sleep((at / FIRST_LINKS_PER_SECOND) * 1000, undefined, { signal });
    await agent.runLink();
  });
  Promise.all(links).catch(() => undefined);
  await secondsUntil('a link of every agent', allLinked, signal);
  say('people look, cameras record, and nothing is wrong');
  const calmPeak = peakOf(world);
  const people = { ...world, viewers: viewers.slice(0, PEOPLE), agents: agents.slice(0, PEOPLE) };
  await inTurn(people.agents, (agent) => agent.deliver());
  await using calm = startTraffic(people, CALM_RATES);
  await wait(CALM);
  await calm.end();
  const calmBytes = await calmPeak();

  say('the cloud and its cache are gone, and events pile up at home');
  await Promise.all([cloud.kill(), redis.kill()]);
  for (let one = 0; one < PILED_UP; one++)
    await inTurn(agents, (agent) => agent.record(HOURS_AWAY_MILLISECONDS * random()));

  say('everything comes back at once, and the cache crosses, repeats and delays');
  await redis.start();
  redisProxy.setFault(often(FAULTS, random));
  await cloud.start();
  const attemptsBefore = linkAttempts(agents);
  const flushed = Promise.all(
    agents.map(async (agent) => {
      // It has tried in vain for hours, and so waits for any part of the longest wait.
      if (cooperate) await wait((random() * BACKOFF.capMilliseconds) / 1000);
      return agent.flush();
    }),
  );
  flushed.catch(() => undefined);
  const peak = peakOf(world);
  const under = noTally();
  await using traffic = startTraffic(people, STORM_RATES);
  traffic.countIn(under);
  const faultsEnd = wait(UNDER_FAULTS);
  // Whoever waits for it hears of it; a run that breaks off before does not.
  faultsEnd.catch(() => undefined);
  const recoverySeconds = await secondsUntil('a link of every agent', allLinked, signal);
  const attempts = linkAttempts(agents) - attemptsBefore;
  say(`every agent has its link again after ${recoverySeconds.toFixed(1)} s`);
  await faultsEnd;
  // Who comes again and again is a fault of its own.
  const faultsInjected = redisProxy.struck + (cooperate ? 0 : attempts);
  redisProxy.setFault(null);

  say('the faults have ended');
  traffic.countIn(noTally());
  await wait(RECOVERY);
  const after = noTally();
  traffic.countIn(after);
  await wait(AFTERWARDS);
  await traffic.end();
  const isWhole = (await flushed).every((isEmpty) => isEmpty);
  if (!isWhole) throw new Error('an agent gave up with events that the cloud has not acknowledged');
  const peakBytes = await peak();

  say('what was acknowledged is looked for in every home');
  return {
    ...{ scenario: name, seed, without, cameras, faultsInjected, recoverySeconds },
    attemptsPerCamera: attempts / cameras,
    recoveryAgainstIdeal: recoverySeconds / (cameras / RECONNECTS_PER_SECOND),
    ...(await accountOf(world)),
    ...{ legitimateSuccess: partOf(after), successUnderFaults: partOf(under) },
    peakRssRatio: peakBytes / calmBytes,
    troubles: Object.fromEntries([...under.troubles, ...after.troubles]),
    seconds: (performance.now() - begun) / 1000,
  };
}

/** The fleet works; the cloud and its cache are gone for hours; then all of it comes back at once. */
export const outageOf = (outage: Outage): Scenario => ({
  ...{ name: outage.name, describe: outage.describe, cameras: outage.cameras },
  run: (options) => run(outage, options),
});
