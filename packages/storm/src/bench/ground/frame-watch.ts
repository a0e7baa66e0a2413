import type { Page } from 'playwright-core';
import { type NumberOf, putNumberReader } from './number-reader.ts';
import { SCENE } from './numbered-scene.ts';
import type { Squares } from './squares.ts';

/** A picture of the scene on screen, read back from its pixels. Times in milliseconds since 1970. */
export interface SeenFrame {
  /** When the tap, or the seek, was made. */
  readonly askedAt: number;
  /** When the browser said that the picture is presented. */
  readonly shownAt: number;
  readonly mediaSeconds: number;
  /** The number that stands in the picture; null where there is none that can be read. */
  readonly number: number | null;
}

export interface FrameWatch {
  /** After the next click on the page, the first picture of the first video on it. */
  firstFrame(): Promise<SeenFrame>;
  /** The next picture that comes on screen. */
  nextFrame(): Promise<SeenFrame>;
  /** Seeks, and waits for the picture that belongs there. */
  seek(seconds: number): Promise<SeenFrame>;
}

/** Runs in the page, and so it stands alone. */
function watchFrames(numberOf: NumberOf) {
  const since1970 = (moment: number) => performance.timeOrigin + moment;
  let tappedAt = 0;
  const tapped = (tap: Event) => {
    tappedAt = tap.timeStamp;
  };
  document.addEventListener('click', tapped, { capture: true, once: true });
  const video = new Promise<HTMLVideoElement>((resolve) => {
    new MutationObserver((_, observer) => {
      const found = document.querySelector('video');
      if (found === null) return;
      observer.disconnect();
      resolve(found);
    }).observe(document, { childList: true, subtree: true });
  });
  const frame = (of: HTMLVideoElement, wanted: (mediaSeconds: number) => boolean) =>
    new Promise<{ shownAt: number; mediaSeconds: number; number: number | null }>((resolve, reject) => {
      const look = (_: number, { mediaTime }: VideoFrameCallbackMetadata) => {
        const shownAt = since1970(performance.now());
        if (!wanted(mediaTime)) of.requestVideoFrameCallback(look);
        else numberOf(of).then((number) => resolve({ shownAt, mediaSeconds: mediaTime, number }), reject);
      };
      of.requestVideoFrameCallback(look);
    });
  const first = video.then((of) => frame(of, () => true));

  return {
    firstFrame: async () => {
      const seen = await first;
      return { ...seen, askedAt: since1970(tappedAt) };
    },
    nextFrame: async () => {
      const seen = await frame(await video, () => true);
      return { ...seen, askedAt: since1970(tappedAt) };
    },
    seek: async (seconds: number) => {
      const of = await video;
      const seen = frame(of, (at) => at > seconds - 0.2 && at < seconds + 0.5);
      const askedAt = since1970(performance.now());
      of.currentTime = seconds;
      return { ...(await seen), askedAt };
    },
  };
}

/** Begins to watch a page on which there is no video yet. */
export async function startFrameWatch(page: Page, squares: Squares = SCENE): Promise<FrameWatch> {
  const watch = await page.evaluateHandle(watchFrames, await putNumberReader(page, squares));
  return {
    firstFrame: () => watch.evaluate((inPage) => inPage.firstFrame()),
    nextFrame: () => watch.evaluate((inPage) => inPage.nextFrame()),
    seek: (seconds) => watch.evaluate((inPage, to) => inPage.seek(to), seconds),
  };
}

/** @throws Error where the picture is not the one of its time: then nothing was measured. */
export function assertReal({ number, mediaSeconds }: SeenFrame): void {
  const should = Math.round(mediaSeconds * SCENE.framesPerSecond);
  // Between the callback and the reading of the pixels the next picture may have come.
  if (number === null || Math.abs(number - should) > 2)
    throw new Error(`The picture at ${mediaSeconds} s should be number ${should}, and is ${number}.`);
}
