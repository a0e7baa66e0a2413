import { Refusal, wordsOf } from '../viewer/refusal.ts';
import type { SeenEvent } from '../viewer/seen-event.ts';
import type { Viewer } from '../viewer/viewer.ts';

const AT_ONCE_MAX = 6;
/** Opened pictures kept for scrolling back; each is some tens of kilobytes. */
const KEPT_MAX = 240;

export type Picture =
  | { readonly state: 'loading' }
  | { readonly state: 'none' }
  | { readonly state: 'shown'; readonly address: string }
  | { readonly state: 'refused'; readonly words: string }
  | { readonly state: 'failed' };

export interface Thumbnails {
  /** The picture of an event as far as it is known, without asking for it. */
  peek(event: SeenEvent): Picture | null;
  /** Fetches, verifies and opens it; an aborted wait leaves the queue. Lost networks are `failed`. */
  load(event: SeenEvent, signal: AbortSignal): Promise<Picture>;
  close(): void;
}

const keyOf = (event: SeenEvent) => `${event.event}.${event.thumbnail?.revision ?? '-'}`;

/** Opened thumbnails as blob addresses, the oldest unused ones let go. */
export function createThumbnails(viewer: Viewer): Thumbnails {
  const kept = new Map<string, Picture>();
  const line: (() => void)[] = [];
  let running = 0;

  function keep(key: string, picture: Picture) {
    kept.delete(key);
    kept.set(key, picture);
    for (const [oldest, old] of kept) {
      if (kept.size <= KEPT_MAX) break;
      if (old.state === 'shown') URL.revokeObjectURL(old.address);
      kept.delete(oldest);
    }
  }

  async function inTurn<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    while (running >= AT_ONCE_MAX) await new Promise<void>((resolve) => line.unshift(resolve));
    running += 1;
    try {
      signal.throwIfAborted();
      return await work();
    } finally {
      running -= 1;
      line.shift()?.();
    }
  }

  async function open(event: SeenEvent, signal: AbortSignal): Promise<Picture> {
    try {
      const jpeg = await viewer.thumbnail(event, signal);
      if (jpeg === null) return { state: 'none' };
      return { state: 'shown', address: URL.createObjectURL(new Blob([jpeg], { type: 'image/jpeg' })) };
    } catch (error) {
      if (error instanceof Refusal) return { state: 'refused', words: wordsOf(error) };
      signal.throwIfAborted();
      return { state: 'failed' };
    }
  }

  return {
    peek: (event) => kept.get(keyOf(event)) ?? null,
    async load(event, signal) {
      const key = keyOf(event);
      const before = kept.get(key);
      if (before !== undefined) {
        keep(key, before);
        return before;
      }
      const picture = await inTurn(signal, async () => kept.get(key) ?? open(event, signal));
      // What has not arrived, or not yet, is asked for again.
      if (picture.state === 'shown' || picture.state === 'refused') keep(key, picture);
      return picture;
    },
    close() {
      for (const picture of kept.values())
        if (picture.state === 'shown') URL.revokeObjectURL(picture.address);
      kept.clear();
    },
  };
}
