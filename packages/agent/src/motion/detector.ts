import type { PictureBox } from '../recorder/recording.ts';
import { createBackground } from './background.ts';
import { boxAround, CELL_OF_PIXEL, CELLS, cellsWith, connectedCells } from './cells.ts';
import { MOTION_PIXELS, type MotionParameters } from './parameters.ts';

export interface Motion {
  moving: boolean;
  /** Part of the picture that moves in this frame, 0 to 1. */
  score: number;
  /** Around the largest thing that moves in this frame, or moved last. */
  box: PictureBox | null;
}

interface Look {
  lit: Float32Array;
  atSeconds: number;
}

/**
 * Tells motion in grey frames of 160x90, at any rate from about 2 to 15 per second. Pure: the same frames at the same
 * times give the same answers. Noise, dimming, flicker and lights that are switched are not motion.
 */
export function createMotionDetector(parameters: MotionParameters) {
  const background = createBackground(parameters);
  let recent: Look[] = [];
  let window: boolean[] = [];
  let moving = false;
  let box: PictureBox | null = null;
  let previousSeconds: number | null = null;
  let learnUntilSeconds = 0;

  function learnAnew(gray: Uint8Array, atSeconds: number): Motion {
    background.learnAnew(gray);
    recent = [];
    window = [];
    moving = false;
    learnUntilSeconds = atSeconds + parameters.relearnSeconds;
    return { moving, score: 0, box: null };
  }

  /** The pixels that are not as they were `changeSeconds` ago, in the same light. */
  function changedSince(lit: Float32Array, atSeconds: number): Uint8Array {
    const changed = new Uint8Array(MOTION_PIXELS);
    const before = recent.findLast((look) => look.atSeconds <= atSeconds - parameters.changeSeconds);
    const then = (before ?? recent[0])?.lit;
    if (!then) return changed;
    for (let at = 0; at < MOTION_PIXELS; at++)
      if (Math.abs((lit[at] ?? 0) - (then[at] ?? 0)) > parameters.differenceLevels) changed[at] = 1;
    return changed;
  }

  function remember(look: Look) {
    recent.push(look);
    // One older than the span is kept; at 15 frames a second these are 8.
    while ((recent[1]?.atSeconds ?? look.atSeconds) <= look.atSeconds - parameters.changeSeconds)
      recent.shift();
    if (recent.length > 16) recent.shift();
  }

  function decide(found: boolean): boolean {
    window.push(found);
    if (window.length > parameters.windowFrames) window.shift();
    const count = window.filter(Boolean).length;
    return moving ? count > 0 : count >= parameters.beginFrames;
  }

  return {
    look(gray: Uint8Array, atSeconds: number): Motion {
      if (gray.length !== MOTION_PIXELS) throw new RangeError(`a frame has ${MOTION_PIXELS} pixels`);
      // A pull that starts again, or a hole of a minute: what was known is no longer true.
      const elapsed = previousSeconds === null ? Number.POSITIVE_INFINITY : atSeconds - previousSeconds;
      previousSeconds = atSeconds;
      if (elapsed > 60 || elapsed < 0) return learnAnew(gray, atSeconds);

      const { differs, lit } = background.compare(gray);
      const active = cellsWith(differs, parameters.cellPixels);
      const activeCells = active.reduce((sum, cell) => sum + cell, 0);
      if (activeCells > CELLS * parameters.globalPart) return learnAnew(gray, atSeconds);

      const changed = cellsWith(changedSince(lit, atSeconds), parameters.cellPixels);
      const learning = atSeconds < learnUntilSeconds;
      remember({ lit, atSeconds });
      background.follow(gray, (at) => active[CELL_OF_PIXEL[at] ?? 0] === 1, elapsed, learning);
      const things = connectedCells(active).filter(
        (cells) =>
          cells.length >= parameters.smallestCells &&
          cells.reduce((sum, cell) => sum + (changed[cell] ?? 0), 0) >= parameters.changedCells,
      );
      if (learning) return { moving: false, score: 0, box: null };

      const largest = things.reduce<number[]>(
        (best, thing) => (thing.length > best.length ? thing : best),
        [],
      );
      moving = decide(largest.length > 0);
      if (largest.length > 0) box = boxAround(largest);
      if (!moving && largest.length === 0) box = null;
      return { moving, score: things.reduce((sum, thing) => sum + thing.length, 0) / CELLS, box };
    },
  };
}
export type MotionDetector = ReturnType<typeof createMotionDetector>;
