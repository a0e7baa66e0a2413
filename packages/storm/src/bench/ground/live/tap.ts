import { setTimeout as sleep } from 'node:timers/promises';
import type { BrowserContext } from 'playwright-core';
import type { BenchContext } from '../../suite.ts';
import { startFrameWatch } from '../frame-watch.ts';
import type { NumberedCamera } from '../numbered-camera.ts';
import { CAMERA_TILE } from '../players/nightlatch.ts';

/** The list of cameras has settled by then. */
const REST_MILLISECONDS = 500;

export interface Tap {
  /** From the tap on a camera to its first picture on screen. */
  readonly milliseconds: number;
  /** How old that picture was; null where it carried no number that could be read. */
  readonly ageMilliseconds: number | null;
}

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
    const { askedAt, shownAt, number } = await watch.firstFrame();
    const picture = number === null ? null : clock.find(number, shownAt);
    return {
      milliseconds: shownAt - askedAt,
      ageMilliseconds: picture === null ? null : shownAt - picture.at,
    };
  } finally {
    await page.close();
  }
}
