import { Overload } from './admission.ts';
import { createLine, createServiceRate } from './line.ts';

/** Until it is known how fast places are given back. */
const GIVEN_BACK_PER_SECOND = 100;
/** Whoever has all of its own places is nobody's fault; the agent puts its own jitter on top. */
const OWN_RETRY_AFTER_SECONDS = 2;

/**
 * Bounds the bodies that are read at once, of all and of one, by whatever they are counted in. A turn of the server's does
 * not cover them, for they come as slowly as lines are; and for as long nobody waits here: who finds no place
 * comes again, one behind the other at the rate at which places are given back.
 */
export function createPlaces<Who>({
  max,
  ofOneMax,
  monotonic = () => performance.now(),
}: {
  readonly max: number;
  readonly ofOneMax: number;
  readonly monotonic?: () => number;
}) {
  const rate = createServiceRate({ monotonic, perSecondMin: GIVEN_BACK_PER_SECOND });
  const line = createLine(rate, monotonic);
  const ofEach = new Map<Who, number>();
  let all = 0;
  const count = (who: Who, change: number): void => {
    all += change;
    const now = (ofEach.get(who) ?? 0) + change;
    if (now === 0) ofEach.delete(who);
    else ofEach.set(who, now);
  };
  return (who: Who, size = 1): Disposable => {
    const own = ofEach.get(who) ?? 0;
    if (own + size > ofOneMax) throw new Overload(OWN_RETRY_AFTER_SECONDS);
    if (all + size > max) {
      throw new Overload(line.next(0));
    }
    count(who, size);
    let isHeld = true;
    return {
      [Symbol.dispose]: () => {
        if (!isHeld) return;
        isHeld = false;
        count(who, -size);
        rate.served();
      },
    };
  };
}
export type Places<Who> = ReturnType<typeof createPlaces<Who>>;
