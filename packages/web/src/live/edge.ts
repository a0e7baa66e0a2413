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
const NUDGE_SECONDS = 0.03;
const GENTLY = 1.08;
const BRISKLY = 1.25;

/**
 * Keeps the playhead at the live edge: `cushion` is what should lie ahead of it at the worst moment, which is what
 * pictures are late by. Over a hole it jumps, a pile it jumps over, and a little too much it plays away.
 */
export function edgeMove({ spans, playhead, gained, took, spare }: Appended, cushion: number): EdgeMove {
  const last = spans.at(-1);
  if (last === undefined) return { jumpTo: null, rate: 1 };
  const edge = Math.max(last.start, last.end - Math.max(LANDING_SECONDS, cushion));
  // Before the newest piece there is a hole that the playhead would never cross.
  if (playhead < last.start) return { jumpTo: edge, rate: 1 };
  const isPile = last.end - playhead > JUMP_SECONDS + cushion && gained > 2 * took;
  if (isPile || spare > JUMP_SECONDS + cushion) return { jumpTo: edge, rate: 1 };
  const tooMuch = spare - cushion;
  if (tooMuch > 4 * NUDGE_SECONDS) return { jumpTo: null, rate: BRISKLY };
  return { jumpTo: null, rate: tooMuch > NUDGE_SECONDS ? GENTLY : 1 };
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
