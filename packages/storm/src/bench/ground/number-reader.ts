import type { JSHandle, Page } from 'playwright-core';
import { numberIn, type Squares } from './squares.ts';

/**
 * In a page: the number in the pixels that an element shows at the moment of the call; null where there is none that can
 * be read.
 */
export type NumberOf = (
  shown: HTMLVideoElement | HTMLCanvasElement | HTMLImageElement,
) => Promise<number | null>;

interface Parts {
  readonly squares: Squares;
  readonly numberIn: typeof numberIn;
}

/** Runs in the page, and so it stands alone. */
function makeReader({ squares, numberIn: read }: Parts): NumberOf {
  const { squarePixels, numberBits, checkBits } = squares;
  const middles = Array.from({ length: numberBits + checkBits }, (_, bit) =>
    Math.floor((bit + 0.5) * squarePixels),
  );
  const width = squarePixels * middles.length;
  const middle = Math.floor(squarePixels / 2);
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = 1;
  const context = canvas.getContext('2d', { willReadFrequently: true });

  const ofPainted = (shown: CanvasImageSource): number | null => {
    if (context === null) return null;
    // Else what is left of the last picture would be read where there is none yet.
    context.clearRect(0, 0, width, 1);
    context.drawImage(shown, 0, middle, width, 1, 0, 0, width, 1);
    const { data } = context.getImageData(0, 0, width, 1);
    return read(
      middles.map((x) => data[x * 4 + 1] ?? 128),
      squares,
    );
  };
  // Painting a large video on a canvas turns all of it into RGB, half a picture's time of processor for each.
  const ofVideo = async (video: HTMLVideoElement): Promise<number | null> => {
    const frame = new VideoFrame(video);
    try {
      if (frame.format === null || !/^(I4|NV12)/.test(frame.format)) return ofPainted(video);
      const rect = { x: 0, y: 0, width, height: squarePixels };
      const pixels = new Uint8Array(frame.allocationSize({ rect }));
      const [luma] = await frame.copyTo(pixels, { rect });
      if (luma === undefined) return null;
      return read(
        middles.map((x) => pixels[luma.offset + middle * luma.stride + x] ?? 128),
        squares,
      );
    } finally {
      frame.close();
    }
  };
  return async (shown) => {
    if (!(shown instanceof HTMLVideoElement)) return ofPainted(shown);
    return shown.readyState < shown.HAVE_CURRENT_DATA ? null : ofVideo(shown);
  };
}

export async function putNumberReader(page: Page, squares: Squares): Promise<JSHandle<NumberOf>> {
  const read = await page.evaluateHandle<typeof numberIn>(`(${numberIn})`);
  return page.evaluateHandle(makeReader, { squares, numberIn: read });
}
