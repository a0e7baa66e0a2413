import type { Page } from 'playwright-core';

/** What a picture of the test scene shows: a white ball on black. Places are parts of the picture, 0 to 1. */
export interface SeenScene {
  /** Part of the picture that is white. */
  readonly white: number;
  /** The middle of what is white. */
  readonly x: number;
  readonly y: number;
  /** Part of the picture that is black. */
  readonly black: number;
}

/** Reads the pixels of an image or a video on the page back through a canvas; null while there are none. */
export const sceneOf = (page: Page, selector: string): Promise<SeenScene | null> =>
  page.evaluate<SeenScene | null>(`(() => {
    const element = document.querySelector(${JSON.stringify(selector)});
    const width = element?.videoWidth ?? element?.naturalWidth ?? 0;
    if (width === 0) return null;
    const canvas = document.createElement('canvas');
    canvas.width = 160;
    canvas.height = 90;
    const context = canvas.getContext('2d');
    context.drawImage(element, 0, 0, 160, 90);
    const { data } = context.getImageData(0, 0, 160, 90);
    let white = 0, black = 0, x = 0, y = 0;
    for (let pixel = 0; pixel < 160 * 90; pixel++) {
      const light = data[pixel * 4 + 1];
      if (light > 180) { white++; x += pixel % 160; y += Math.floor(pixel / 160); }
      if (light < 40) black++;
    }
    const all = 160 * 90;
    return { white: white / all, black: black / all, x: white && x / white / 160, y: white && y / white / 90 };
  })()`);

/** The ball of the scene and nothing else. */
export const showsBall = (scene: SeenScene | null): boolean =>
  scene !== null && scene.white > 0.002 && scene.white < 0.2 && scene.black > 0.75;

const TRIES_MAX = 1200;

/** Looks again until it is as hoped, for a minute at most; fails with what it saw last. */
export async function untilSeen<Seen>(
  look: () => Promise<Seen>,
  hoped: (seen: Seen) => boolean,
): Promise<Seen> {
  let seen = await look();
  for (let tries = 0; !hoped(seen); tries++) {
    if (tries === TRIES_MAX) throw new Error(`it stayed at ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    seen = await look();
  }
  return seen;
}
