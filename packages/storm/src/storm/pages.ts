import { setTimeout as sleep } from 'node:timers/promises';
import type { HomeId } from '@nightlatch/protocol/ids';
import type { StormViewer } from './storm-viewer.ts';
import type { World } from './world.ts';

/** So few at any size of a town, so that the harness keeps its time for judging. */
const STREAMS_MAX = 50;
/** The first of all agents send live pictures. */
export const LIVE_CAMERAS_MAX = 8;
/** A page is open for this long on average. */
const PAGE_MILLISECONDS = 10_000;
/** Between two tries, on average; as apps do, calmly. */
const CALM_MILLISECONDS = 2_000;
const LOOK_MILLISECONDS = 20;

interface Pages {
  /** Who opens each, whenever it is opened. */
  readonly seats: readonly (() => StormViewer)[];
  /** Of which an app that is mixed up asks for one that is not its own. */
  readonly homes: readonly HomeId[];
  /** Resolves when it is closed, has broken, or was refused. */
  readonly open: (viewer: StormViewer, home: HomeId, signal: AbortSignal) => Promise<void>;
}

interface Course {
  readonly world: Pick<World, 'random' | 'agents' | 'viewers' | 'oracle'>;
  /** The part of the openings in which an app has mixed up its home's id with another's; above 0. */
  readonly mixedUp: number;
  readonly signal: AbortSignal;
}

const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  sleep(milliseconds, undefined, { signal }).catch(() => undefined);

/**
 * People keep a page open, and come again when they have closed it or it broke. At fixed distances, and first of all, it is an
 * app that is mixed up.
 */
async function keepOpen({ world, mixedUp, signal }: Course, { seats, homes, open }: Pages): Promise<void> {
  const { random, oracle } = world;
  let openings = 0;
  const another = (than: HomeId): HomeId => {
    const others = homes.filter((home) => home !== than);
    return others[Math.floor(random() * others.length)] ?? than;
  };
  const pick = (viewer: StormViewer): HomeId => {
    // Whoever has lost their home tries what they had.
    const home = oracle.homeOf(viewer.account) ?? viewer.firstHome;
    const isMixedUp = openings % Math.round(1 / mixedUp) === 0;
    openings += 1;
    return isMixedUp ? another(home) : home;
  };
  const keep = async (seat: () => StormViewer): Promise<void> => {
    while (!signal.aborted) {
      const closed = AbortSignal.timeout(Math.ceil(2 * PAGE_MILLISECONDS * random()));
      const viewer = seat();
      await open(viewer, pick(viewer), AbortSignal.any([signal, closed]));
      await pause(2 * CALM_MILLISECONDS * random(), signal);
    }
  };
  await Promise.all(seats.map(keep));
}

/** Pages that listen to what is new. */
const keepStreams = (course: Course): Promise<void> =>
  keepOpen(course, {
    seats: course.world.viewers.slice(0, STREAMS_MAX).map((viewer) => () => viewer),
    homes: course.world.agents.map(({ home }) => home),
    open: (viewer, home, signal) => viewer.listen(home, signal),
  });

/** Live pictures of the first few cameras. */
async function keepWatches(course: Course): Promise<void> {
  const { agents, viewers, oracle } = course.world;
  const live = agents.slice(0, LIVE_CAMERAS_MAX);
  for (const agent of live) agent.runLink().catch(() => undefined);
  // After an outage it takes longer, and people do not wait for it.
  const patience = AbortSignal.any([course.signal, AbortSignal.timeout(CALM_MILLISECONDS)]);
  while (!patience.aborted && !live.every(({ isLinked }) => isLinked))
    await pause(LOOK_MILLISECONDS, patience);
  const cameras = new Map(agents.map(({ liveCamera }) => [liveCamera.home, liveCamera]));
  await keepOpen(course, {
    // Whoever has the home now; while nobody has it, whoever had it first tries.
    seats: viewers
      .slice(0, LIVE_CAMERAS_MAX)
      .map(
        (first) => () => viewers.find(({ account }) => oracle.homeOf(account) === first.firstHome) ?? first,
      ),
    homes: live.map(({ home }) => home),
    open: async (viewer, home, signal) => {
      const camera = cameras.get(home);
      if (camera !== undefined) await viewer.watch(camera, signal);
    },
  });
}

/** What people keep open: the streams of some, and the live pictures of a few. Resolves when the signal has ended all of them. */
export async function keepPages(course: Course): Promise<void> {
  await Promise.all([keepStreams(course), keepWatches(course)]);
}
