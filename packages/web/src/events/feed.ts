import type { DeletedSpan } from '@nightlatch/protocol/events';
import type { CameraId, EventId } from '@nightlatch/protocol/ids';
import type { GapStatement } from '@nightlatch/protocol/manifest';
import { type ChainNotice, chainNotices } from '../viewer/chain.ts';
import { type ListQuestion, newestFirst } from '../viewer/question.ts';
import { Refusal, wordsOf } from '../viewer/refusal.ts';
import { isSeen, type SeenEvent } from '../viewer/seen-event.ts';
import type { SeenPage, Viewer } from '../viewer/viewer.ts';

/** Events that are asked for one by one; where more are new the first page is asked for anew. */
const SINGLE_EVENTS_MAX = 20;
/** Pages asked for to catch up after a lost connection; past that the list begins anew. */
const CATCH_UP_PAGES_MAX = 5;

export interface FeedState {
  readonly status: 'loading' | 'ready' | 'failed';
  /** Newest first, without those that wait to be shown. */
  readonly events: readonly SeenEvent[];
  /** Events that came while somebody looked further down. */
  readonly waiting: number;
  /** Events of which nothing signed has arrived. */
  readonly arriving: number;
  readonly notices: readonly ChainNotice[];
  /** What was refused, in words, each once. */
  readonly refusals: readonly string[];
  readonly more: boolean;
  readonly loadingMore: boolean;
  readonly problem: string | null;
}

export interface Feed {
  subscribe(changed: () => void): () => void;
  state(): FeedState;
  loadMore(): void;
  /** Asks for the first page again: after a lost connection, or by hand. */
  refresh(): void;
  /** The server says that an event is new or has changed. */
  told(event: EventId, camera: CameraId): void;
  /** While held, events newer than all shown ones wait. */
  hold(held: boolean): void;
  close(): void;
}

/** The list of one question, kept true by what the viewer has verified. One request at a time. */
export function createFeed(
  viewer: Viewer,
  question: Omit<ListQuestion, 'home'>,
  onBroken: (notice: ChainNotice) => void,
): Feed {
  const closed = new AbortController();
  const { signal } = closed;
  const changed = new Set<() => void>();
  const known = new Map<EventId, SeenEvent>();
  const gaps = new Map<string, GapStatement>();
  const deleted = new Map<string, DeletedSpan>();
  const arriving = new Map<EventId, CameraId>();
  const refusals = new Set<string>();
  const news = new Map<EventId, CameraId>();
  const brokenTold = new Set<EventId>();
  let heldAbove: SeenEvent | null = null;
  let more = false;
  let tail: SeenEvent | null = null;
  let turn: Promise<void> = Promise.resolve();
  let state: FeedState = {
    status: 'loading',
    events: [],
    waiting: 0,
    arriving: 0,
    notices: [],
    refusals: [],
    more: false,
    loadingMore: false,
    problem: null,
  };

  function publish(change: Partial<FeedState> = {}) {
    const all = [...known.values()].sort(newestFirst);
    const shown = all.filter((event) => heldAbove === null || newestFirst(event, heldAbove) >= 0);
    const arrivingOf = new Map<CameraId, number>();
    for (const camera of arriving.values()) arrivingOf.set(camera, (arrivingOf.get(camera) ?? 0) + 1);
    const notices = chainNotices(shown, [...gaps.values()], arrivingOf, [...deleted.values()]);
    for (const notice of notices) {
      if (notice.kind !== 'broken' || brokenTold.has(notice.beside)) continue;
      brokenTold.add(notice.beside);
      onBroken(notice);
    }
    state = {
      ...state,
      events: shown,
      waiting: all.length - shown.length,
      arriving: arriving.size,
      notices,
      refusals: [...refusals],
      more,
      ...change,
    };
    for (const tell of changed) tell();
  }

  /** One after the other. A failure is shown, and what is already there stays. */
  function queue(work: () => Promise<void>): void {
    turn = turn.then(async () => {
      if (signal.aborted) return;
      try {
        await work();
        publish({ status: 'ready', problem: null, loadingMore: false });
      } catch (error) {
        if (signal.aborted) return;
        const problem = error instanceof Error ? error.message : String(error);
        publish({ status: state.status === 'ready' ? 'ready' : 'failed', problem, loadingMore: false });
      }
    });
  }

  function take(page: SeenPage): SeenEvent | null {
    let last: SeenEvent | null = null;
    for (const item of page.items) {
      if (item.kind === 'refused') refusals.add(wordsOf(item.refusal));
      if (item.kind === 'arriving') {
        arriving.set(item.arriving.event, item.arriving.camera);
        news.set(item.arriving.event, item.arriving.camera);
      }
      if (item.kind === 'event') {
        arriving.delete(item.event.event);
        known.set(item.event.event, item.event);
        last = item.event;
      }
    }
    for (const gap of page.gaps) gaps.set(gap.gap, gap);
    for (const span of page.deleted) deleted.set(`${span.camera}.${span.fromSequence}`, span);
    return last;
  }

  async function firstPages(): Promise<void> {
    const before = [...known.values()].sort(newestFirst)[0];
    let cursor: SeenEvent | null = null;
    for (let pages = 0; pages < CATCH_UP_PAGES_MAX; pages++) {
      const page = await viewer.list(cursor === null ? question : { ...question, before: cursor }, signal);
      const last = take(page);
      if (before === undefined) {
        tail = last;
        more = page.more && last !== null;
        return;
      }
      if (last === null || !page.more || newestFirst(last, before) >= 0) return;
      cursor = last;
    }
    // Too much was missed to be one list with what is here: begin anew.
    const newest = [...known.values()].filter((event) => cursor === null || newestFirst(event, cursor) <= 0);
    known.clear();
    for (const event of newest) known.set(event.event, event);
    tail = cursor;
    more = true;
    heldAbove = null;
  }

  const inSpan = ({ startedAt }: SeenEvent) =>
    startedAt >= (question.from ?? 0) && startedAt < (question.to ?? Number.POSITIVE_INFINITY);

  async function single(event: EventId): Promise<void> {
    try {
      const seen = await viewer.event(event, question.camera, signal);
      if (!isSeen(seen)) return void arriving.set(event, seen.camera);
      arriving.delete(event);
      // Below the end of what is loaded it will come with its page.
      const below = more && tail !== null && newestFirst(tail, seen) < 0;
      if (inSpan(seen) && !below) known.set(event, seen);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      arriving.delete(event);
      known.delete(event);
      refusals.add(wordsOf(error));
    }
  }

  async function takeNews(): Promise<void> {
    const events = [...news.keys()];
    news.clear();
    if (events.length > SINGLE_EVENTS_MAX) return firstPages();
    for (const event of events) await single(event);
  }

  const loadNews = () => {
    if (news.size > 0) queue(takeNews);
  };

  function refresh() {
    queue(firstPages);
    turn = turn.then(loadNews);
  }

  refresh();
  return {
    subscribe(listener) {
      changed.add(listener);
      return () => changed.delete(listener);
    },
    state: () => state,
    refresh,
    loadMore() {
      if (!more || state.loadingMore || state.status !== 'ready') return;
      publish({ loadingMore: true });
      queue(async () => {
        if (tail === null) return;
        const page = await viewer.list({ ...question, before: tail }, signal);
        const last = take(page);
        // A page of which nothing may be shown has no place to go on from.
        more = page.more && last !== null;
        tail = last ?? tail;
      });
      turn = turn.then(loadNews);
    },
    told(event, camera) {
      if (question.camera !== undefined && camera !== question.camera) return;
      if (news.size === 0) queue(takeNews);
      if (news.size <= SINGLE_EVENTS_MAX) news.set(event, camera);
    },
    hold(held) {
      const next = held ? (heldAbove ?? state.events[0] ?? null) : null;
      if (next === heldAbove) return;
      heldAbove = next;
      publish();
    },
    close() {
      closed.abort();
      changed.clear();
    },
  };
}
