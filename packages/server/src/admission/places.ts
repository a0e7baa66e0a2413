import { Overload } from './admission.ts';

/** The agent puts its own jitter on top. */
const FULL_RETRY_AFTER_SECONDS = 2;

/**
 * Bounds the bodies that are read at once, of all and of one, by whatever they are counted in. A turn of the server's does
 * not cover them, for they come as slowly as lines are; and for as long nobody waits here: who finds no place comes again.
 */
export function createPlaces<Who>({ max, ofOneMax }: { readonly max: number; readonly ofOneMax: number }) {
  const ofEach = new Map<Who, number>();
  let all = 0;
  const count = (who: Who, change: number): void => {
    all += change;
    const now = (ofEach.get(who) ?? 0) + change;
    if (now === 0) ofEach.delete(who);
    else ofEach.set(who, now);
  };
  return (who: Who, size = 1): Disposable => {
    if (all + size > max || (ofEach.get(who) ?? 0) + size > ofOneMax)
      throw new Overload(FULL_RETRY_AFTER_SECONDS);
    count(who, size);
    let isHeld = true;
    return {
      [Symbol.dispose]: () => {
        if (isHeld) count(who, -size);
        isHeld = false;
      },
    };
  };
}
export type Places<Who> = ReturnType<typeof createPlaces<Who>>;
