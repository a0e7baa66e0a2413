import type { CameraId, EventId } from '@nightlatch/protocol/ids';
import { Refusal } from '../refusal.ts';
import { frameStart } from '../sealed-object.ts';
import type { ClipOpening, Viewer } from '../viewer.ts';
import { type Bell, createBell } from './bell.ts';
import { createPictureBuffer, type Span, spansOf } from './picture-buffer.ts';
import { decoderProblem, PlayerError, type Problem, problemOf } from './problem.ts';
import { nextChunk, type Timeline, timelineOf } from './timeline.ts';

const AHEAD_SECONDS_MAX = 60;
/** The agent signs a growing clip anew every 2 s. */
const RENEW_MILLISECONDS = 1_500;
const RETRY_MILLISECONDS_MAX = 8_000;
/** A clip that the server calls whole, and whose bytes end early this often in one place, is truncated. */
const SHORT_READS_MAX = 3;
const REFETCHES_MAX = 8;
const NUDGE_SECONDS = 0.5;
/** Times inside the fragments may begin elsewhere than at 0; the manifest's do not. */
const SHIFT_SECONDS_MIN = 0.5;

export interface PlayerState {
  readonly phase: 'opening' | 'not-here-yet' | 'ready' | 'failed';
  /** True while the camera still records it or its last bytes have not arrived. */
  readonly growing: boolean;
  readonly durationSeconds: number;
  /** What is being waited for, where it takes long. */
  readonly waiting: 'network' | 'camera' | null;
  readonly problem: Problem | null;
  readonly opening: ClipOpening | null;
}

export interface Player {
  /** Something is new about the event: look at once. */
  poke(): void;
  /** Stops all work and takes the picture off the element. */
  close(): void;
}

const START: PlayerState = {
  phase: 'opening',
  growing: false,
  durationSeconds: 0,
  waiting: null,
  problem: null,
  opening: null,
};

/** Plays one event's clip in `video`, chunk by verified chunk. */
export function startPlayer(given: {
  readonly video: HTMLVideoElement;
  readonly viewer: Viewer;
  readonly event: EventId;
  readonly camera?: CameraId | undefined;
  readonly onState: (state: PlayerState) => void;
}): Player {
  const { video, viewer, event, camera, onState } = given;
  const closed = new AbortController();
  const { signal } = closed;
  const media = new MediaSource();
  const address = URL.createObjectURL(media);
  /** Rings as the playhead moves. */
  const moved: Bell = createBell();
  /** Rings when something is new about the event, or the network is back. */
  const news: Bell = createBell();
  let state = START;
  let reading: AbortController | null = null;
  let wanted: () => number | null = () => null;
  let cursor = 0;

  const tell = (change: Partial<PlayerState>) => {
    state = { ...state, ...change };
    if (!signal.aborted) onState(state);
  };

  function takeOff() {
    video.pause();
    video.removeAttribute('src');
    video.load();
    URL.revokeObjectURL(address);
  }

  function fail(problem: Problem) {
    if (signal.aborted) return;
    tell({ phase: 'failed', problem, waiting: null });
    closed.abort();
    takeOff();
  }

  /** Somebody seeks: what is being fetched may be of no use to them. */
  function sought() {
    moved.ring();
    news.ring();
    if (reading !== null && wanted() !== cursor) reading.abort();
  }

  const listen = (name: string, heard: () => void) => video.addEventListener(name, heard, { signal });
  listen('seeking', sought);
  listen('timeupdate', () => moved.ring());
  listen('waiting', nudge);
  addEventListener('online', () => news.ring(), { signal });
  listen('error', () => fail(decoderProblem(video.error)));

  /** Over a hole of a few frames at the playhead. */
  function nudge() {
    const { currentTime } = video;
    const spans = spansOf(video.buffered);
    if (spans.some((span) => span.start <= currentTime && currentTime < span.end - 0.05)) return;
    const next = spans.find((span) => span.start > currentTime && span.start - currentTime <= NUDGE_SECONDS);
    if (next !== undefined) video.currentTime = next.start + 0.001;
  }

  const opened = new Promise<void>((resolve) =>
    media.addEventListener('sourceopen', () => resolve(), { once: true, signal }),
  );
  video.src = address;

  async function open(): Promise<ClipOpening> {
    for (;;) {
      const opening = await patiently(() => viewer.openClip(event, camera, signal));
      if (opening !== null) return opening;
      tell({ phase: 'not-here-yet' });
      await news.wait(RENEW_MILLISECONDS, signal);
    }
  }

  /** Runs a request until the network lets it through. */
  async function patiently<T>(request: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await request();
      } catch (error) {
        await rest(error, attempt);
      }
    }
  }

  /** Waits after a failure that may pass; throws one that will not. */
  async function rest(error: unknown, attempt: number): Promise<void> {
    signal.throwIfAborted();
    if (problemOf(error) !== null) throw error;
    tell({ waiting: 'network' });
    await news.wait(Math.min(500 * 2 ** attempt, RETRY_MILLISECONDS_MAX), signal);
  }

  async function play() {
    let opening = await open();
    await opened;
    const { mediaType } = opening.metadata;
    if (!MediaSource.isTypeSupported(mediaType))
      throw new PlayerError(
        `This browser cannot play this camera's format (${mediaType}). Download the clip to play it elsewhere.`,
      );
    const source = media.addSourceBuffer(mediaType);
    const buffer = createPictureBuffer(
      media,
      source,
      () => video.currentTime,
      (until) => moved.wait(1_000, until),
    );
    const { clip } = opening;
    let timeline = timelineOf(clip.manifest);
    const have = new Set<number>();
    const refetched = new Map<number, number>();
    let shortReads = 0;
    let checkedStart = false;
    wanted = () => nextChunk(timeline, have, video.currentTime, cursor);

    const setDuration = () => {
      const known = Number.isFinite(media.duration) ? media.duration : 0;
      // It only grows until the end is appended: a length below any frame that the decoder has is an error.
      const seconds = Math.max(known, timeline.durationMilliseconds / 1000, buffer.spans().at(-1)?.end ?? 0);
      if (media.readyState === 'open' && !source.updating && seconds > known) media.duration = seconds;
      tell({ durationSeconds: seconds });
    };

    setDuration();
    tell({ phase: 'ready', opening, growing: clip.manifest.state === 'growing', waiting: null });

    const renew = async () => {
      opening = await patiently(() => viewer.renewClip(opening, signal));
      timeline = timelineOf(clip.manifest);
      setDuration();
      tell({ opening, growing: clip.manifest.state === 'growing' });
    };

    let failures = 0;
    for (;;) {
      forgetEvicted(buffer.spans(), timeline, have, cursor, refetched);
      const from = wanted();
      if (from === null && clip.manifest.state !== 'growing') {
        if (media.readyState === 'open' && !source.updating) media.endOfStream();
        tell({ durationSeconds: media.duration, waiting: null });
        await moved.wait(null, signal);
        continue;
      }
      if (from === null) {
        await news.wait(RENEW_MILLISECONDS, signal);
        await renew();
        continue;
      }
      if (from !== cursor) buffer.jump();
      cursor = from;
      try {
        const came = arrived(from) ? await read(from) : 0;
        failures = 0;
        if (came > 0) shortReads = 0;
        if (came > 0 || wanted() !== from) continue;
      } catch (error) {
        await rest(error, failures++);
        continue;
      }
      shortReads += 1;
      if (opening.event.clip?.state === 'complete' && shortReads > SHORT_READS_MAX)
        throw new Refusal('object', 'truncated');
      tell({ waiting: 'camera' });
      await news.wait(RENEW_MILLISECONDS, signal);
      await renew();
    }

    /** Whether the server said that it has anything of chunk `from`. */
    function arrived(from: number): boolean {
      const { clip: row } = opening.event;
      return row === null || row.receivedBytes > frameStart(clip.manifest, from);
    }

    /** Appends from chunk `from` on until the bytes end or the playhead wants others; says how many chunks came. */
    async function read(from: number): Promise<number> {
      const stop = new AbortController();
      reading = stop;
      const both = AbortSignal.any([signal, stop.signal]);
      let came = 0;
      try {
        for await (const { index, bytes } of clip.read(from, both)) {
          // The final chunk may be empty: it only says that the clip ends here.
          if (bytes.length > 0) await buffer.append(bytes, signal);
          have.add(index);
          cursor = index + 1;
          came += 1;
          if (state.waiting !== null) tell({ waiting: null });
          if (!checkedStart && index >= timeline.initChunks) await checkStart();
          if (index === timeline.initChunks) nudge();
          if (wanted() !== cursor) break;
          while (aheadSeconds() > AHEAD_SECONDS_MAX && !stop.signal.aborted) await moved.wait(1_000, signal);
        }
      } catch (error) {
        signal.throwIfAborted();
        if (!stop.signal.aborted && (came === 0 || problemOf(error) !== null)) throw error;
      } finally {
        reading = null;
        stop.abort();
      }
      setDuration();
      return came;
    }

    /** The manifest counts from 0; a recorder whose fragments do not is shifted, once. */
    async function checkStart() {
      const [first] = buffer.spans();
      const second = timeline.stretches[1]?.firstChunk ?? timeline.chunks;
      const early = [...have].every((index) => index < second);
      if (first === undefined && early) return;
      checkedStart = true;
      if (first === undefined || !early) return;
      const should = (timeline.stretches[0]?.startsAtMilliseconds ?? 0) / 1000;
      if (Math.abs(first.start - should) < SHIFT_SECONDS_MIN) return;
      await buffer.shift(should - first.start, signal);
      for (const index of [...have]) if (index >= timeline.initChunks) have.delete(index);
    }

    function aheadSeconds(): number {
      const { currentTime } = video;
      const here = buffer.spans().find((span) => span.start <= currentTime + 0.1 && currentTime < span.end);
      return here === undefined ? 0 : here.end - currentTime;
    }
  }

  play().catch((error: unknown) => {
    if (signal.aborted) return;
    viewer.refused(error, { event, ...(camera && { camera }), kind: 'clip' });
    fail(
      problemOf(error) ?? { refused: false, words: 'The clip could not be played. Close it and try again.' },
    );
  });

  return {
    poke: () => news.ring(),
    close() {
      if (signal.aborted) return;
      closed.abort();
      takeOff();
    },
  };
}

/**
 * The browser may have thrown away stretches by itself: those are fetched again when they are wanted. A stretch that
 * never shows up in the buffer (a recorder's odd times) is fetched again only so often.
 */
function forgetEvicted(
  spans: readonly Span[],
  timeline: Timeline,
  have: Set<number>,
  cursor: number,
  refetched: Map<number, number>,
): void {
  for (const stretch of timeline.stretches) {
    if (stretch.firstChunk <= cursor && cursor <= stretch.endChunk) continue;
    if (!have.has(stretch.firstChunk)) continue;
    const seconds = (stretch.endsAtMilliseconds - stretch.startsAtMilliseconds) / 1000;
    const inside = stretch.startsAtMilliseconds / 1000 + Math.min(seconds / 2, 0.5);
    if (spans.some((span) => span.start <= inside && inside <= span.end)) continue;
    const times = refetched.get(stretch.firstChunk) ?? 0;
    if (times >= REFETCHES_MAX) continue;
    refetched.set(stretch.firstChunk, times + 1);
    for (let index = stretch.firstChunk; index < stretch.endChunk; index++) have.delete(index);
  }
}
