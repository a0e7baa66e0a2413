/** A span of time in the clip, in seconds. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const EVICT_BEHIND_SECONDS = 10;
const KEEP_AHEAD_SECONDS = 30;

export const spansOf = (ranges: TimeRanges): Span[] =>
  Array.from({ length: ranges.length }, (_, index) => ({
    start: ranges.start(index),
    end: ranges.end(index),
  }));

/**
 * What may go when the browser has no room left, for somebody who watches at `seconds`: what lies well behind; else
 * a far piece that the playhead will not reach by itself; else nothing (null), and playing on makes room.
 */
export function evictable(spans: readonly Span[], seconds: number): Span | null {
  const behind = seconds - EVICT_BEHIND_SECONDS;
  const first = spans[0];
  if (first !== undefined && first.start < behind - 1) return { start: 0, end: behind };
  const far = spans.findLast((span) => span.start > seconds + KEEP_AHEAD_SECONDS);
  return far ?? null;
}

export interface PictureBuffer {
  /** Gives the bytes to the decoder; makes room where the browser has none, and waits for it where nothing may go. */
  append(bytes: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<void>;
  /** The next bytes do not follow on the last ones. */
  jump(): void;
  /** Shifts what is appended from now on, and forgets what was. */
  shift(seconds: number, signal: AbortSignal): Promise<void>;
  spans(): Span[];
}

/** One SourceBuffer, one operation at a time. `makesRoom` resolves when the playhead has moved. */
export function createPictureBuffer(
  media: MediaSource,
  source: SourceBuffer,
  playhead: () => number,
  makesRoom: (signal: AbortSignal) => Promise<void>,
): PictureBuffer {
  // The times inside the fragments say where each belongs, so that a seek may append out of order.
  source.mode = 'segments';

  const settled = (signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      if (!source.updating) return resolve();
      const done = () => {
        source.removeEventListener('updateend', done);
        signal.removeEventListener('abort', abandoned);
        resolve();
      };
      const abandoned = () => {
        source.removeEventListener('updateend', done);
        reject(signal.reason);
      };
      source.addEventListener('updateend', done);
      signal.addEventListener('abort', abandoned, { once: true });
    });

  const spans = () => spansOf(source.buffered);

  async function remove(span: Span, signal: AbortSignal) {
    source.remove(span.start, span.end);
    await settled(signal);
  }

  return {
    spans,
    async append(bytes, signal) {
      await settled(signal);
      for (;;) {
        signal.throwIfAborted();
        try {
          source.appendBuffer(bytes);
          return await settled(signal);
        } catch (error) {
          if (!(error instanceof DOMException && error.name === 'QuotaExceededError')) throw error;
        }
        const span = evictable(spans(), playhead());
        if (span === null) await makesRoom(signal);
        else await remove(span, signal);
      }
    },
    jump() {
      if (media.readyState === 'open' && !source.updating) source.abort();
    },
    async shift(seconds, signal) {
      await settled(signal);
      this.jump();
      await remove({ start: 0, end: Number.POSITIVE_INFINITY }, signal);
      source.timestampOffset = seconds;
    },
  };
}
