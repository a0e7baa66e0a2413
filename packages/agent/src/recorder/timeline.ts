/** Times further than this from where the clock expects them are a jump of the source and not a late packet. */
const JUMP_SECONDS = 10;

/** What a source says of one packet, in ticks of its track; null where it says nothing. */
export interface SourceTimes {
  track: 'video' | 'audio';
  timescale: number;
  pts: number | null;
  dts: number | null;
  /** When it came, by a clock that never goes back. */
  arrivedAtMilliseconds: number;
}

interface TrackPlace {
  offset: number;
  lastDts: number;
  /** Between the last two packets: the best guess for a packet without a time. */
  step: number;
  arrivedAtMilliseconds: number;
}

/**
 * Puts the packets of one pull on one timeline that starts near 0 and only rises, whatever the source does: counters
 * that wrap or start again, decoding times that are missing or stand still. Returns null for a packet without any time
 * before the first that has one.
 */
export function createTimeline() {
  let origin: { seconds: number; arrivedAtMilliseconds: number } | null = null;
  const places = new Map<SourceTimes['track'], TrackPlace>();

  return function place(times: SourceTimes): { pts: number; dts: number } | null {
    const { timescale, arrivedAtMilliseconds } = times;
    const known = places.get(times.track);
    const source = times.dts ?? (known ? known.lastDts + known.step - known.offset : times.pts);
    if (source === null || (times.pts === null && !known)) return null;
    origin ??= { seconds: source / timescale, arrivedAtMilliseconds };

    // Where the clock expects it: a network holds packets up, and then hands over many at once.
    const expected = known
      ? known.lastDts + toTicks(arrivedAtMilliseconds - known.arrivedAtMilliseconds, timescale)
      : toTicks(arrivedAtMilliseconds - origin.arrivedAtMilliseconds, timescale);
    let offset = known ? known.offset : -Math.round(origin.seconds * timescale);
    const anchor = times.pts ?? source;
    if (Math.abs(anchor + offset - expected) > JUMP_SECONDS * timescale) offset = expected - anchor;
    const backwards = known !== undefined && source + offset <= known.lastDts;
    if (backwards && known.lastDts - (source + offset) > timescale) offset = expected + known.step - anchor;

    const dts = known ? Math.max(source + offset, known.lastDts + 1) : source + offset;
    const pts = (times.pts ?? source) + offset;
    const step = known ? Math.min(dts - known.lastDts, timescale) : 0;
    places.set(times.track, { offset, lastDts: dts, step, arrivedAtMilliseconds });
    return { pts, dts };
  };
}

const toTicks = (milliseconds: number, timescale: number): number =>
  Math.round((milliseconds * timescale) / 1000);
