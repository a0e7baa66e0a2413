import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { type NumberOf, putNumberReader } from './number-reader.ts';
import type { NumberedCamera } from './numbered-camera.ts';

interface Seen {
  readonly number: number;
  /** When its pixels had been read, in milliseconds since 1970, by the clock that the camera uses too. */
  readonly at: number;
  /** How many of the milliseconds before that the reading itself took. */
  readonly took: number;
}

export interface Latencies {
  /** From the encoder's beginning to the pixels on screen, of every picture that was seen for the first time. */
  readonly milliseconds: readonly number[];
  /** Pictures that were encoded from the first to the last that was seen, and never came on screen. */
  readonly missed: number;
  /** How much of each of these went by while the pixels were read. */
  readonly readingMilliseconds: readonly number[];
  /** Looks at pixels in which no number could be read. */
  readonly unreadable: number;
}

interface Watching {
  readonly selector: string;
  readonly numberOf: NumberOf;
}

/** Runs in the page, and so it stands alone. */
function watchNumbers({ selector, numberOf }: Watching) {
  const seen: { number: number; at: number; took: number }[] = [];
  let unreadable = 0;
  let last: number | null = null;
  let on = true;
  const look = async (shown: HTMLVideoElement | HTMLCanvasElement) => {
    const began = performance.now();
    const number = await numberOf(shown);
    if (number === null) unreadable++;
    // The time is taken when the pixels have been read: never before they were there.
    else if (number !== last) seen.push({ number, at: Date.now(), took: performance.now() - began });
    last = number;
  };
  const failed = () => {
    unreadable++;
  };
  const found = document.querySelector(selector);
  if (found instanceof HTMLVideoElement) {
    const next = () => {
      if (!on) return;
      look(found).catch(failed);
      found.requestVideoFrameCallback(next);
    };
    found.requestVideoFrameCallback(next);
  } else if (found instanceof HTMLCanvasElement) {
    const next = () => {
      if (!on) return;
      look(found).catch(failed);
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  } else throw new Error(`there is neither a video nor a canvas at ${selector}`);
  return {
    take: () => {
      on = false;
      return { seen, unreadable };
    },
    count: () => seen.length,
  };
}

const LOOK_MILLISECONDS = 100;

/**
 * Reads the pictures that a player shows back from its pixels, for so long after the first one can be read and it has
 * settled; null where none can be read within `waitMilliseconds`.
 */
export async function watchLatency(
  page: Page,
  player: { readonly selector: string; readonly camera: NumberedCamera },
  time: {
    readonly waitMilliseconds: number;
    readonly settleMilliseconds: number;
    readonly seconds: number;
    readonly signal: AbortSignal;
    /** Called when the counting begins. */
    readonly onSettled?: () => Promise<void>;
  },
): Promise<Latencies | null> {
  const { selector, camera } = player;
  const { signal } = time;
  const numberOf = await putNumberReader(page, camera.make.squares);
  const begin = () => page.evaluateHandle(watchNumbers, { selector, numberOf });
  const first = await begin();
  const until = performance.now() + time.waitMilliseconds;
  while ((await first.evaluate((watch) => watch.count())) === 0) {
    if (performance.now() > until) return null;
    await sleep(LOOK_MILLISECONDS, undefined, { signal });
  }
  await first.evaluate((watch) => watch.take());
  await sleep(time.settleMilliseconds, undefined, { signal });
  await time.onSettled?.();
  const watch = await begin();
  await sleep(time.seconds * 1000, undefined, { signal });
  const { seen, unreadable } = await watch.evaluate((watching) => watching.take());
  return { ...latenciesOf(seen, camera), unreadable };
}

function latenciesOf(seen: readonly Seen[], { clock }: NumberedCamera): Omit<Latencies, 'unreadable'> {
  const found = seen.map(({ number, at, took }) => {
    const picture = clock.find(number, at);
    if (picture === null)
      throw new Error(`a picture came on screen as number ${number} that was never encoded`);
    return { count: picture.count, milliseconds: at - picture.at, took };
  });
  // A player that jumps back shows a picture again; only the first time counts.
  const times = new Map<number, number>();
  for (const { count, milliseconds } of found) if (!times.has(count)) times.set(count, milliseconds);
  const counts = [...times.keys()];
  const span = counts.length === 0 ? 0 : Math.max(...counts) - Math.min(...counts) + 1;
  return {
    milliseconds: [...times.values()],
    readingMilliseconds: found.map(({ took }) => took),
    missed: span - counts.length,
  };
}
