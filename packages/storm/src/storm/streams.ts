import { setTimeout as sleep } from 'node:timers/promises';
import type { HomeId } from '@nightlatch/protocol/ids';
import type { StormViewer } from './storm-viewer.ts';
import type { World } from './world.ts';

/** So few at any size of a town, so that the harness keeps its time for judging. */
const STREAMS_MAX = 50;
/** A page is open for this long on average. */
const PAGE_MILLISECONDS = 10_000;
/** Between two tries, on average; as apps do, calmly. */
const CALM_MILLISECONDS = 2_000;

/**
 * Some of the people keep a page open, which listens to what is new, and come again when they have closed it or it broke. At
 * fixed distances, and first of all, it is an app that has mixed up its home's id with another's.
 * Resolves when the signal has ended all of them.
 */
export async function keepStreams(
  { random, agents, viewers, oracle }: Pick<World, 'random' | 'agents' | 'viewers' | 'oracle'>,
  /** The part of the openings in which it has; above 0. */
  mixedUp: number,
  signal: AbortSignal,
): Promise<void> {
  let openings = 0;
  const another = (than: HomeId): HomeId => {
    const others = agents.filter(({ home }) => home !== than);
    return others[Math.floor(random() * others.length)]?.home ?? than;
  };
  const pick = (viewer: StormViewer): HomeId => {
    // Whoever has lost their home tries what they had.
    const home = oracle.homeOf(viewer.account) ?? viewer.firstHome;
    const isMixedUp = openings % Math.round(1 / mixedUp) === 0;
    openings += 1;
    return isMixedUp ? another(home) : home;
  };
  const pause = (milliseconds: number): Promise<void> =>
    sleep(milliseconds, undefined, { signal }).catch(() => undefined);
  const keep = async (viewer: StormViewer): Promise<void> => {
    while (!signal.aborted) {
      const closed = AbortSignal.timeout(Math.ceil(2 * PAGE_MILLISECONDS * random()));
      await viewer.listen(pick(viewer), AbortSignal.any([signal, closed]));
      await pause(2 * CALM_MILLISECONDS * random());
    }
  };
  await Promise.all(viewers.slice(0, STREAMS_MAX).map(keep));
}
