import type { Browser } from 'playwright-core';
import { newVisitor, type Visitor } from './browser.ts';
import type { EventCloud } from './event-cloud.ts';

/** A browser in which the owner of the cloud's home has logged in, on `path`. */
export async function atHome(
  cloud: EventCloud,
  path: string,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<Visitor> {
  const visitor = await newVisitor(cloud.url, options);
  await visitor.page.goto('/seed.html');
  await visitor.page.addScriptTag({ url: '/seed.js' });
  await visitor.page.evaluate(`seeding.seed(${JSON.stringify(cloud.master)})`);
  await visitor.page.goto(path);
  return visitor;
}

/** The colour in the middle of an image or a video on the page, read back through a canvas; null while it has none. */
export const colourOf = (visitor: Visitor, selector: string): Promise<readonly number[] | null> =>
  visitor.page.evaluate<readonly number[] | null>(`(() => {
    const element = document.querySelector(${JSON.stringify(selector)});
    const width = element?.videoWidth ?? element?.naturalWidth ?? 0;
    if (width === 0) return null;
    const canvas = document.createElement('canvas');
    canvas.width = 8;
    canvas.height = 8;
    const context = canvas.getContext('2d');
    context.drawImage(element, 0, 0, 8, 8);
    return [...context.getImageData(4, 4, 1, 1).data].slice(0, 3);
  })()`);

/** Whether two colours are the same but for what H.264 and JPEG do to them. */
export const isNear = (seen: readonly number[] | null, meant: readonly number[]): boolean =>
  seen !== null && meant.every((value, index) => Math.abs(value - (seen[index] ?? -99)) < 40);

/** Of 50 ms each: as long as the waits of the browser itself, for a busy machine. */
const TRIES_MAX = 1200;

/** Waits until what `look` sees is as `hoped`; fails with what it saw last. */
export async function until<T>(look: () => Promise<T>, hoped: (seen: T) => boolean): Promise<T> {
  let seen = await look();
  for (let tries = 0; !hoped(seen); tries++) {
    if (tries > TRIES_MAX) throw new Error(`it stayed at ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    seen = await look();
  }
  return seen;
}

/** Waits until an image or a video shows a colour. */
export const untilColour = (visitor: Visitor, selector: string, meant: readonly number[] | undefined) =>
  until(
    () => colourOf(visitor, selector),
    (seen) => isNear(seen, meant ?? []),
  );

/** What a script in the page gives. */
export const look = <T>(visitor: Visitor, script: string) => visitor.page.evaluate<T>(script);
