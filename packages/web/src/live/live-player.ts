import type { LiveTracks } from '@nightlatch/protocol/live';
import { concat } from '@nightlatch/vault/encoding';
import { spansOf } from '../viewer/player/picture-buffer.ts';
import { createLowWater, edgeMove } from './edge.ts';
import type { LivePiece } from './receiver.ts';

declare global {
  interface Window {
    /** What iPhones have in place of MediaSource. */
    readonly ManagedMediaSource?: typeof MediaSource;
  }
}

/** What should lie ahead of the playhead at the worst moment: pictures come unevenly, and sound must not break off. */
const CUSHION_SECONDS = 0.03;
const SOUND_CUSHION_SECONDS = 0.12;
const LOW_WATER_MILLISECONDS = 400;
/** What was played is kept for so long, and then thrown away in one piece. */
const KEPT_SECONDS = 4;
const KEPT_SECONDS_MAX = 12;
/** What waits to be appended. Past it the decoder is stuck. */
const QUEUE_BYTES_MAX = 16 * 1024 * 1024;

export interface LivePlayer {
  /** The beginning of the broadcast. Called once. */
  begin(tracks: LiveTracks, segment: Uint8Array<ArrayBuffer>): void;
  add(fragment: Extract<LivePiece, { kind: 'fragment' }>): void;
  /** Stops; the newest picture stays in the element until something else takes its place. */
  close(): void;
}

interface Given {
  readonly video: HTMLVideoElement;
  readonly on: {
    /** The first picture is on screen. */
    readonly picture: () => void;
    /** The browser does not play by itself, not even without sound: it wants to be asked by a person. */
    readonly blocked: () => void;
    /** It cannot go on. `lasting`: nor could another try, in words for a person. */
    readonly failed: (lasting: string | null) => void;
  };
}

/** Takes the picture off the element. */
export function takeOff(video: HTMLVideoElement): void {
  video.removeAttribute('src');
  video.load();
}

/** Plays one broadcast in `video`, as close to its live edge as its pictures come. */
export function startLivePlayer({ video, on }: Given): LivePlayer {
  const Media = window.MediaSource ?? window.ManagedMediaSource;
  const closed = new AbortController();
  const { signal } = closed;
  const listen = (target: EventTarget, name: string, heard: () => void, once = false) =>
    target.addEventListener(name, heard, { signal, once });

  const queue: Uint8Array<ArrayBuffer>[] = [];
  let queuedBytes = 0;
  let needsKey = true;
  let tracks: LiveTracks | null = null;
  let source: SourceBuffer | null = null;
  let appending: { readonly end: number } | null = null;
  let appendedAt = performance.now();
  let since = performance.now();
  let begun = false;
  const lowWater = createLowWater(LOW_WATER_MILLISECONDS);

  const fail = (lasting: string | null) => {
    if (signal.aborted) return;
    close();
    on.failed(lasting);
  };
  const spans = () => (source === null ? [] : spansOf(source.buffered));
  const ahead = (): number => Math.max(0, (spans().at(-1)?.end ?? 0) - video.currentTime);

  if (Media === undefined) {
    queueMicrotask(() => fail('This browser cannot play live pictures. A newer one can.'));
    return { begin: () => undefined, add: () => undefined, close };
  }
  const media = new Media();
  const address = URL.createObjectURL(media);
  // Without this an iPhone does not open a ManagedMediaSource.
  video.disableRemotePlayback = true;
  video.src = address;
  listen(media, 'sourceopen', openSource, true);
  listen(video, 'loadeddata', on.picture, true);
  listen(video, 'error', () => fail(null));

  function openSource() {
    if (media.readyState !== 'open' || tracks === null || source !== null || Media === undefined) return;
    const { mediaType } = tracks;
    if (!Media.isTypeSupported(mediaType))
      return fail(`This browser cannot play this camera's format (${mediaType}).`);
    source = media.addSourceBuffer(mediaType);
    listen(source, 'updateend', settled);
    listen(source, 'error', () => fail(null));
    pump();
    return undefined;
  }

  function pump() {
    if (source === null || source.updating || queue.length === 0 || signal.aborted) return;
    const bytes = concat(...queue);
    lowWater.tell(performance.now(), ahead());
    try {
      source.appendBuffer(bytes);
    } catch (error) {
      const isFull = error instanceof DOMException && error.name === 'QuotaExceededError';
      if (!isFull || !trim(source, 1)) fail(null);
      return;
    }
    appending = { end: spans().at(-1)?.end ?? 0 };
    queue.length = 0;
    queuedBytes = 0;
  }

  function settled() {
    if (source === null) return;
    if (appending !== null) {
      const gainedFrom = appending.end;
      appending = null;
      follow(gainedFrom);
      if (trim(source, KEPT_SECONDS_MAX)) return;
    }
    pump();
  }

  /** Keeps the playhead at the edge after an append; `before` is where the buffer ended until then. */
  function follow(before: number) {
    const now = performance.now();
    const here = spans();
    const last = here.at(-1);
    if (last === undefined) return;
    const sounds = tracks?.hasAudio === true && !video.muted;
    const move = edgeMove(
      {
        spans: here,
        playhead: video.currentTime,
        gained: last.end - Math.max(before, last.start),
        took: (now - appendedAt) / 1000,
        spare: lowWater.least(now, since),
      },
      sounds ? SOUND_CUSHION_SECONDS : CUSHION_SECONDS,
    );
    appendedAt = now;
    if (move.jumpTo !== null) {
      since = now;
      lowWater.clear();
      video.currentTime = move.jumpTo;
    }
    if (video.playbackRate !== move.rate) video.playbackRate = move.rate;
    if (!begun) {
      begun = true;
      video.play().catch((error: unknown) => {
        if (!signal.aborted && error instanceof DOMException && error.name === 'NotAllowedError')
          on.blocked();
      });
    }
  }

  /** Throws away what was played, where that is more than `seconds`; says whether it is doing so. */
  function trim(from: SourceBuffer, seconds: number): boolean {
    const first = spans()[0];
    const until = video.currentTime - Math.min(KEPT_SECONDS, seconds);
    if (first === undefined || video.currentTime - first.start <= seconds || until <= first.start)
      return false;
    from.remove(first.start, until);
    return true;
  }

  function close() {
    closed.abort();
    URL.revokeObjectURL(address);
    queue.length = 0;
  }

  return {
    begin(given, segment) {
      tracks = given;
      queue.push(segment);
      queuedBytes += segment.length;
      openSource();
    },
    add({ bytes, keyFrame, follows }) {
      if (signal.aborted) return;
      if (queuedBytes + bytes.length > QUEUE_BYTES_MAX) return fail(null);
      // What follows on a hole cannot be decoded before the next key frame.
      if (!follows) needsKey = true;
      if (needsKey && !keyFrame) return;
      needsKey = false;
      queue.push(bytes);
      queuedBytes += bytes.length;
      pump();
      return undefined;
    },
    close,
  };
}
