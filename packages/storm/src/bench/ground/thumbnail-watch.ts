import type { Page } from 'playwright-core';
import { type NumberOf, putNumberReader } from './number-reader.ts';
import type { Squares } from './squares.ts';

/** A thumbnail on screen, read back from its pixels. */
export interface SeenThumbnail {
  /** The number that stands in the picture; null where there is none that can be read. */
  readonly number: number | null;
  /** When its pixels had been read, in milliseconds since 1970. */
  readonly at: number;
}

/** Runs in the page, and so it stands alone. */
function watchThumbnails(numberOf: NumberOf) {
  const seen: { number: number | null; at: number }[] = [];
  const known = new Set<string>();
  const look = async (image: HTMLImageElement) => {
    if (known.has(image.src)) return;
    known.add(image.src);
    await image.decode();
    // The next picture that the browser paints has it.
    await new Promise((resolve) => requestAnimationFrame(resolve));
    const number = await numberOf(image);
    seen.push({ number, at: Date.now() });
  };
  const lookAtAll = () => {
    for (const image of document.querySelectorAll('.event-card img'))
      if (image instanceof HTMLImageElement) look(image).catch(() => known.delete(image.src));
  };
  new MutationObserver(lookAtAll).observe(document, {
    childList: true,
    subtree: true,
    attributeFilter: ['src'],
  });
  lookAtAll();
  return { seen: () => seen };
}

/** Watches the Events tab of a page; answers what has come on screen since. */
export async function startThumbnailWatch(
  page: Page,
  squares: Squares,
): Promise<() => Promise<readonly SeenThumbnail[]>> {
  const watch = await page.evaluateHandle(watchThumbnails, await putNumberReader(page, squares));
  return () => watch.evaluate((watching) => watching.seen());
}
