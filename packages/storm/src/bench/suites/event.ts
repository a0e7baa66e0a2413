import { setTimeout as sleep } from 'node:timers/promises';
import { startHouse } from '../ground/house.ts';
import { type NumberedCamera, SMALL_CAMERA, startNumberedCamera } from '../ground/numbered-camera.ts';
import { quantile } from '../ground/quantile.ts';
import { type SeenThumbnail, startThumbnailWatch } from '../ground/thumbnail-watch.ts';
import type { BenchContext, Figure, Suite } from '../suite.ts';

const CAMERAS = 3;
const EVENTS = 12;
const FRAMES = SMALL_CAMERA.framesPerSecond;
/** The recorder goes on for 5 s after a move and rests for 10 s after that: each move is then an event of its own. */
const MOVE = { every: 21 * FRAMES, for: 3 * FRAMES };
const EVENTS_SECONDS_MAX = 180;
const LOOK_MILLISECONDS = 500;
const GOAL_P50_MILLISECONDS = 2_000;

interface Mover {
  readonly camera: NumberedCamera;
  readonly from: number;
}

/** When the move began that a thumbnail shows, in milliseconds since 1970; null where it is none of these. */
function onsetOf({ number, at }: SeenThumbnail, { camera, from }: Mover): number | null {
  const picture = number === null ? null : camera.clock.find(number, at);
  if (picture === null) return null;
  const into = (picture.count - from) % MOVE.every;
  return into < 0 || into >= MOVE.for ? null : camera.clock.at(picture.count - into);
}

async function run(context: BenchContext): Promise<readonly Figure[]> {
  const { say, signal } = context;
  say(`${CAMERAS} cameras, ${SMALL_CAMERA.name}, that are still for 18 s and move for 3 s, in turns`);
  const movers: Mover[] = [];
  for (let turn = 0; turn < CAMERAS; turn++) {
    const from = Math.round((turn * MOVE.every) / CAMERAS);
    const camera = await startNumberedCamera(context, SMALL_CAMERA, { ...MOVE, from });
    movers.push({ camera, from });
  }
  const house = await startHouse(
    context,
    movers.map(({ camera: { url } }, turn) => ({ name: `Camera ${turn + 1}`, url })),
  );
  const page = await house.home.newPage();
  await page.goto('/events');
  await page.getByRole('main').waitFor();
  const watched = Date.now();
  const seen = await startThumbnailWatch(page, SMALL_CAMERA.squares);
  say(`${EVENTS} events`);
  const until = performance.now() + EVENTS_SECONDS_MAX * 1000;
  let taken: number[] = [];
  let unreadable = 0;
  while (taken.length < EVENTS) {
    if (performance.now() > until) throw new Error(`only ${taken.length} of ${EVENTS} events came on screen`);
    await sleep(LOOK_MILLISECONDS, undefined, { signal });
    ({ taken, unreadable } = timesOf(await seen(), movers, watched));
  }
  return figures(taken, unreadable);
}

/** From the onset to the first thumbnail of each move that began while the Events tab was watched. */
function timesOf(seen: readonly SeenThumbnail[], movers: readonly Mover[], watched: number) {
  const first = new Map<number, number>();
  let unreadable = 0;
  for (const one of seen) {
    // The cameras take turns, so that a number is of one of them alone.
    const onset = movers.map((mover) => onsetOf(one, mover)).find((at) => at !== null);
    if (onset === undefined) unreadable++;
    else if (onset >= watched && !first.has(onset)) first.set(onset, one.at - onset);
  }
  return { taken: [...first.values()], unreadable };
}

function figures(taken: readonly number[], unreadable: number): Figure[] {
  const name = 'motion onset to thumbnail on screen in the Events tab';
  const p50 = quantile(taken, 0.5);
  return [
    {
      ...{ name: `${name}, p50`, value: p50, unit: 'milliseconds' },
      goal: { text: 'under 2 s', met: p50 < GOAL_P50_MILLISECONDS },
    },
    { name: `${name}, longest`, value: Math.max(...taken), unit: 'milliseconds' },
    { name: `${name}, shortest`, value: Math.min(...taken), unit: 'milliseconds' },
    { name: 'events', value: taken.length, unit: '' },
    { name: 'thumbnails of no move that could be read', value: unreadable, unit: '' },
  ];
}

export const suite: Suite = {
  name: 'event',
  describe: 'from the first moving picture of an RTSP camera to its thumbnail on screen in the Events tab',
  run,
};
