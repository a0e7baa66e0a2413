import { setTimeout as sleep } from 'node:timers/promises';
import type { BrowserContext } from 'playwright-core';
import type { BenchContext } from '../../suite.ts';
import { type SeenFrame, startFrameWatch } from '../frame-watch.ts';
import type { NumberedCamera } from '../numbered-camera.ts';
import { CAMERA_TILE } from '../players/nightlatch.ts';

/** The list of cameras has settled by then. */
const REST_MILLISECONDS = 500;

export interface Tap {
  /** From the tap on a camera to its first picture on screen. */
  readonly milliseconds: number;
  /** How old that picture was; null where it carried no number that could be read. */
  readonly ageMilliseconds: number | null;
  /** From the tap to the first picture that is no older than those at the live edge; null where none came. */
  readonly toEdgeMilliseconds: number | null;
}

const EDGE_MILLISECONDS = 400;
const EDGE_WAIT_MILLISECONDS_MAX = 10_000;

/** Opens the list of cameras, taps on the first one, and waits for its first picture. */
export async function measureTap(
  { signal }: BenchContext,
  home: BrowserContext,
  { make, clock }: NumberedCamera,
): Promise<Tap> {
  signal.throwIfAborted();
  const page = await home.newPage();
  try {
    await page.goto('/cameras');
    const tile = page.locator(CAMERA_TILE).first();
    await tile.waitFor();
    await sleep(REST_MILLISECONDS, undefined, { signal });
    const watch = await startFrameWatch(page, make.squares);
    await tile.click();
    const ageOf = ({ number, shownAt }: SeenFrame): number | null => {
      const picture = number === null ? null : clock.find(number, shownAt);
      return picture === null ? null : shownAt - picture.at;
    };
    const first = await watch.firstFrame();
    const taken = ({ shownAt }: SeenFrame): number => shownAt - first.askedAt;
    let newest = first;
    while ((ageOf(newest) ?? EDGE_MILLISECONDS) >= EDGE_MILLISECONDS) {
      if (taken(newest) > EDGE_WAIT_MILLISECONDS_MAX) break;
      newest = await watch.nextFrame();
    }
    const age = ageOf(newest);
    return {
      milliseconds: taken(first),
      ageMilliseconds: ageOf(first),
      toEdgeMilliseconds: age !== null && age < EDGE_MILLISECONDS ? taken(newest) : null,
    };
  } finally {
    await page.close();
  }
}
