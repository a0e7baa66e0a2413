import type { Span } from '../viewer/player/picture-buffer.ts';

/** How the buffer and the playhead were around one append. All times in seconds. */
export interface Appended {
  readonly spans: readonly Span[];
  readonly playhead: number;
  /** By how much the end of the buffer grew, and how long that took. */
  readonly gained: number;
  readonly took: number;
  /** The least that lay ahead of the playhead lately. */
  readonly spare: number;
}

export interface EdgeMove {
  /** Where to jump; null to stay. */
  readonly jumpTo: number | null;
  readonly rate: number;
}

/** From here on catching up by playing faster would take too long. */
const JUMP_SECONDS = 0.35;
/** How far before the end a jump lands: within the newest picture, and not beyond it. */
const LANDING_SECONDS = 0.04;
/** Less than this too much is not worth a change of pace. */
const TOO_MUCH_SECONDS_MIN = 0.02;
/** A tenth of a second too much is played away at 1.3 times the pace, and so within a third of a second. */
const RATE_PER_SECOND = 3;

/** What is to be kept: how much lies ahead at the worst moment, and how fast it may be played to get there. */
export interface Pace {
  readonly cushionSeconds: number;
  readonly rateMax: number;
}
/** Pictures alone come unevenly, and nobody notices their pace. */
export const PACE_OF_PICTURES: Pace = { cushionSeconds: 0.03, rateMax: 2 };
/** Sound must not break off, and sounds wrong when it is hurried. */
export const PACE_OF_SOUND: Pace = { cushionSeconds: 0.12, rateMax: 1.15 };

/**
 * Keeps the playhead at the live edge: the cushion is what pictures are late by. Over a hole it jumps, a pile it jumps
 * over, and a little too much it plays away.
 */
export function edgeMove(
  { spans, playhead, gained, took, spare }: Appended,
  { cushionSeconds: cushion, rateMax }: Pace,
): EdgeMove {
  const last = spans.at(-1);
  if (last === undefined) return { jumpTo: null, rate: 1 };
  const edge = Math.max(last.start, last.end - Math.max(LANDING_SECONDS, cushion));
  // Before the newest piece there is a hole that the playhead would never cross.
  if (playhead < last.start) return { jumpTo: edge, rate: 1 };
  const isPile = last.end - playhead > JUMP_SECONDS + cushion && gained > 2 * took;
  if (isPile || spare > JUMP_SECONDS + cushion) return { jumpTo: edge, rate: 1 };
  const tooMuch = spare - cushion;
  if (tooMuch < TOO_MUCH_SECONDS_MIN) return { jumpTo: null, rate: 1 };
  // In steps, so that the browser is not told of every wobble.
  const rate = Math.round((1 + RATE_PER_SECOND * tooMuch) * 20) / 20;
  return { jumpTo: null, rate: Math.min(rateMax, rate) };
}

/** The least of the values told within the last `windowMilliseconds`. */
export function createLowWater(windowMilliseconds: number) {
  let told: { readonly at: number; readonly value: number }[] = [];
  return {
    tell(at: number, value: number): void {
      told = [...told.filter((one) => at - one.at < windowMilliseconds), { at, value }];
    },
    /** 0 until a whole window has passed since the beginning or the last jump: nothing is decided on too little. */
    least(now: number, since: number): number {
      if (now - since < windowMilliseconds || told.length === 0) return 0;
      return Math.min(...told.map(({ value }) => value));
    },
    clear(): void {
      told = [];
    },
  };
}
