import { setTimeout as sleep } from 'node:timers/promises';
import type { HomeId } from '@nightlatch/protocol/ids';
import { keepPages } from './pages.ts';
import type { StormViewer } from './storm-viewer.ts';
import type { World } from './world.ts';

export interface Rates {
  /** Visits of an Events tab a second, of all homes together. */
  readonly visits: number;
  /** The part of them in which an app has mixed up its home's id with another's. */
  readonly mixedUp: number;
  /** Events recorded a second, of all cameras together. */
  readonly events: number;
}

/** What came of the visits that people made of their own homes. */
export interface Tally {
  visits: number;
  succeeded: number;
  /** How often each trouble stopped one. */
  readonly troubles: Map<string, number>;
}

export const noTally = (): Tally => ({ visits: 0, succeeded: 0, troubles: new Map() });

export interface Traffic extends AsyncDisposable {
  /** Where visits are counted from now on. */
  countIn(tally: Tally): void;
  /** No more begins; resolves when all that has begun is over. */
  end(): Promise<void>;
}

/** From 0 to 1, and never 1, so that the logarithm below has a value. */
const gap = (perSecond: number, random: () => number): number => (-Math.log(1 - random()) / perSecond) * 1000;

/**
 * People and cameras do what they do when their time has come, whatever became of what they did before: an open loop. A
 * visit counts where it began.
 */
export function startTraffic(world: World, rates: Rates): Traffic {
  const { random, agents, viewers, oracle } = world;
  const stop = new AbortController();
  const underWay = new Set<Promise<unknown>>();
  let tally = noTally();
  const oneOf = <One>(all: readonly One[]): One => {
    const one = all[Math.floor(random() * all.length)];
    if (one === undefined) throw new Error('there is nobody');
    return one;
  };
  const busy = new Set<object>();
  const follow = (work: Promise<unknown>): void => {
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  };
  const count = async (into: Tally, viewer: StormViewer, home: HomeId): Promise<void> => {
    const { succeeded, trouble } = await viewer.visit(home);
    // Whoever moved out meanwhile had no claim any more.
    if (oracle.homeOf(viewer.account) !== home) return;
    into.visits += 1;
    if (succeeded) into.succeeded += 1;
    if (trouble !== null) into.troubles.set(trouble, (into.troubles.get(trouble) ?? 0) + 1);
  };
  const visit = (): void => {
    const viewer = oneOf(viewers);
    const home = oracle.homeOf(viewer.account);
    // Whoever has lost their home tries what they had.
    if (home === undefined) follow(viewer.visit(viewer.firstHome));
    else if (random() < rates.mixedUp) follow(viewer.visit(oneOf(agents).home));
    else follow(count(tally, viewer, home));
  };
  const record = (): void => {
    const agent = oneOf(agents);
    // A camera records one thing at a time.
    if (busy.has(agent)) return;
    busy.add(agent);
    follow(agent.deliver().finally(() => busy.delete(agent)));
  };
  const loop = async (perSecond: number, act: () => void): Promise<void> => {
    let due = performance.now();
    while (!stop.signal.aborted) {
      due += gap(perSecond, random);
      const wait = due - performance.now();
      if (wait > 0) await sleep(wait, undefined, { signal: stop.signal }).catch(() => undefined);
      if (!stop.signal.aborted) act();
    }
  };
  const loops = [
    loop(rates.visits, visit),
    loop(rates.events, record),
    keepPages({ world, mixedUp: rates.mixedUp, signal: stop.signal }),
  ];
  const end = async (): Promise<void> => {
    stop.abort();
    await Promise.all(loops);
    while (underWay.size > 0) await Promise.allSettled(underWay);
  };
  return {
    countIn: (given) => {
      tally = given;
    },
    end,
    [Symbol.asyncDispose]: end,
  };
}
