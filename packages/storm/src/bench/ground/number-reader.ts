import type { JSHandle, Page } from 'playwright-core';
import { numberIn, type Squares } from './squares.ts';

/** In a page: the number in the pixels that an element shows now; null where there is none that can be read. */
export type NumberOf = (shown: HTMLVideoElement | HTMLCanvasElement | HTMLImageElement) => number | null;

interface Parts {
  readonly squares: Squares;
  readonly numberIn: typeof numberIn;
}

/** Runs in the page, and so it stands alone. */
function makeReader({ squares, numberIn: read }: Parts): NumberOf {
  const canvas = document.createElement('canvas');
  canvas.width = squares.squarePixels * (squares.numberBits + squares.checkBits);
  canvas.height = 1;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  return (shown) => {
    if (context === null) return null;
    const middle = Math.floor(squares.squarePixels / 2);
    // Else what is left of the last picture would be read where there is none yet.
    context.clearRect(0, 0, canvas.width, 1);
    context.drawImage(shown, 0, middle, canvas.width, 1, 0, 0, canvas.width, 1);
    return read(context.getImageData(0, 0, canvas.width, 1).data, squares);
  };
}

export async function putNumberReader(page: Page, squares: Squares): Promise<JSHandle<NumberOf>> {
  const read = await page.evaluateHandle<typeof numberIn>(`(${numberIn})`);
  return page.evaluateHandle(makeReader, { squares, numberIn: read });
}
