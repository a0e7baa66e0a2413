import { NightlatchError } from '@nightlatch/protocol/errors';
import type { MismatchReport } from '@nightlatch/protocol/events';
import { LIVE_CLOSE, type LiveTrouble } from '@nightlatch/protocol/live';
import { send } from '../api/client.ts';
import { createBell } from '../viewer/player/bell.ts';
import { wordsOf } from '../viewer/refusal.ts';
import { connectLive } from './connection.ts';
import { type LivePlayer, startLivePlayer, takeOff } from './live-player.ts';
import type { AskedLive, LivePiece } from './receiver.ts';
import { isFinal, LIVE_START, type LivePhase, type LiveState } from './state.ts';

/** From asking to the first picture. A slow start is no failure before that. */
const START_MILLISECONDS_MAX = 15_000;
/** A picture that stands still for so long has stalled; where key frames alone come, twice their distance. */
const STALL_MILLISECONDS_MIN = 3_000;
const STALL_MILLISECONDS_MAX = 15_000;
const LOOK_MILLISECONDS = 250;
/** Somebody who watched for so long starts again without waiting. */
const SETTLED_MILLISECONDS = 10_000;
/**
 * The agent may hear of a new epoch later than this browser. Nothing of the old one is opened meanwhile; when it still
 * answers by it after so many tries, it is a mismatch.
 */
const OLD_EPOCHS_MAX = 4;
/** After a change of epoch the agent begins anew by itself; when it has not for so long, it is asked. */
const OLD_EPOCH_MILLISECONDS_MAX = 10_000;
/** A decoder that gives up so often before its first picture will not take the next try either. */
const BREAKS_MAX = 4;
const FIRST_WAIT_MILLISECONDS = 500;
const WAIT_MILLISECONDS_MAX = 10_000;

/** Full jitter above a quarter: a whole street's browsers must not come back at once after an outage. */
export const waitBeforeAsking = (attempt: number, random: () => number): number =>
  Math.min(WAIT_MILLISECONDS_MAX, FIRST_WAIT_MILLISECONDS * 2 ** attempt) * (0.25 + 0.75 * random());

/** How long a picture may stand still when key frames came `keyGapMilliseconds` apart. */
export const stallAfter = (keyGapMilliseconds: number): number =>
  Math.min(STALL_MILLISECONDS_MAX, Math.max(STALL_MILLISECONDS_MIN, 2 * keyGapMilliseconds));

export interface WatchGiven {
  readonly video: HTMLVideoElement;
  /** What to ask by the newest verified log; null where the log does not have the camera any more. */
  readonly asked: () => AskedLive | null;
  readonly signing: CryptoKey;
  readonly report: (mismatch: MismatchReport) => void;
  readonly onState: (state: LiveState) => void;
}

export interface Watch {
  /** Stops and goes on by a person's wish; going on is at the live edge. */
  setPaused(paused: boolean): void;
  /** Plays sound as well, or no more. Begins anew, because what is in the browser's buffer cannot be changed. */
  setSound(wanted: boolean): void;
  /** The home log has changed: what was asked may be out of date. */
  logChanged(): void;
  close(): void;
}

/** How one try ended, and what is said until the next; a final phase has no next. */
interface Over {
  readonly phase: LivePhase;
  readonly words?: string;
  /** The browser's decoder gave up. */
  readonly broken?: boolean;
  /** It is asked again, but not at once. */
  readonly waits?: boolean;
}

const TROUBLES: Readonly<Record<LiveTrouble, LivePhase>> = {
  'agent-offline': 'agent-offline',
  'camera-offline': 'camera-offline',
  busy: 'busy',
  refused: 'denied',
  ended: 'ended',
};
const CLOSES: Readonly<Record<number, LivePhase>> = {
  [LIVE_CLOSE.ended]: 'ended',
  [LIVE_CLOSE.busy]: 'busy',
};

/** Whether somebody can see the element: the page, or its picture in a window of its own. */
const isSeen = (video: HTMLVideoElement): boolean =>
  document.visibilityState === 'visible' || document.pictureInPictureElement === video;

/** Watches one camera in `video` until it is closed or there is a reason to end for good. */
export function startWatch({ video, asked, signing, report, onState }: WatchGiven): Watch {
  const closed = new AbortController();
  const { signal } = closed;
  const news = createBell();
  let state = LIVE_START;
  let paused = false;
  let sound = false;
  /** Breaks off the try that is under way. */
  let breakOff: (phase: LivePhase) => void = () => undefined;
  let grantedFor: AskedLive | null = null;
  /** How often in a row the decoder gave up before a picture. */
  let breaks = 0;
  /** How often in a row the agent answered by an epoch that has ended. */
  let oldEpochs = 0;

  const tell = (change: Partial<LiveState>) => {
    if (signal.aborted) return;
    state = { ...state, ...change };
    onState(state);
  };

  /** Tries once: asks, plays, and says why it ended. */
  function tryOnce(wish: AskedLive): Promise<Over> {
    grantedFor = wish;
    return new Promise((resolve) => {
      // With nothing on screen the player is made while the agent is asked; else the last picture stays until then.
      let player: LivePlayer | null = video.readyState === 0 ? startPlayer() : null;
      let fresh = true;
      let watched = { place: -1, at: performance.now() };
      let keyAt: number | null = null;
      let keyGap = 0;
      let waits = false;
      let cameAt = 0;
      let epoch = Number.POSITIVE_INFINITY;
      let oldSince: number | null = null;
      const done = (over: Over) => {
        clearInterval(timer);
        breakOff = () => undefined;
        connection.close();
        player?.close();
        player = null;
        resolve(over);
      };
      breakOff = (phase) => done({ phase });

      function startPlayer(): LivePlayer {
        return startLivePlayer({
          video,
          withSound: sound,
          on: {
            picture: () => {
              breaks = 0;
              tell({ phase: 'live', words: null });
            },
            blocked: () => setPaused(true),
            failed: (words) =>
              done(words === null ? { phase: 'restarting', broken: true } : { phase: 'unplayable', words }),
          },
        });
      }

      function take(piece: LivePiece) {
        if (piece.kind === 'trouble') {
          // The camera's own absence may end at any moment, by a new grant on this same socket.
          waits = piece.reason === 'camera-offline';
          if (waits) tell({ phase: 'camera-offline' });
          else done({ phase: TROUBLES[piece.reason] });
        } else if (piece.kind === 'begin') {
          waits = false;
          oldEpochs = 0;
          epoch = piece.epoch;
          watched = { place: -1, at: performance.now() };
          if (!fresh) player?.close();
          if (!fresh || player === null) player = startPlayer();
          fresh = false;
          tell({ tracks: piece.tracks });
          player.begin(piece.tracks, piece.segment);
        } else {
          const now = performance.now();
          cameAt = now;
          if (piece.keyFrame) {
            if (keyAt !== null) keyGap = now - keyAt;
            keyAt = now;
          }
          player?.add(piece);
        }
      }

      const connection = connectLive(
        { asked: wish, signing },
        {
          piece: take,
          end: (end) => {
            if (end.kind === 'behind') return done({ phase: 'restarting' });
            if (end.kind === 'closed') return done({ phase: CLOSES[end.code] ?? 'lost' });
            if (end.refusal.reason === 'wrong-epoch' && ++oldEpochs < OLD_EPOCHS_MAX)
              return done({ phase: 'connecting', waits: true });
            report({ what: end.refusal.what, asked: { camera: wish.camera }, reason: end.refusal.reason });
            return done({ phase: 'refused', words: wordsOf(end.refusal) });
          },
        },
      );

      const timer = setInterval(() => {
        const now = performance.now();
        const place = video.currentTime;
        oldSince = (asked()?.epoch ?? 0) > epoch ? (oldSince ?? now) : null;
        if (oldSince !== null && now - oldSince > OLD_EPOCH_MILLISECONDS_MAX)
          return done({ phase: 'connecting' });
        if (place !== watched.place || waits) watched = { place, at: now };
        const isRunning = state.phase === 'live';
        const patience = isRunning ? stallAfter(keyGap) : START_MILLISECONDS_MAX;
        if (now - watched.at <= patience) return undefined;
        // Pictures come and do not play: they wait for sound that is announced and missing. So on without it.
        if (sound && now - cameAt < STALL_MILLISECONDS_MIN / 2) {
          sound = false;
          video.muted = true;
        }
        return done({ phase: 'restarting' });
      }, LOOK_MILLISECONDS);
    });
  }

  async function run(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      while (paused || !isSeen(video)) {
        tell({ phase: paused ? 'paused' : 'hidden' });
        await news.wait(null, signal);
      }
      const wish = asked();
      if (wish === null) return finish({ phase: 'ended' });
      if (attempt === 0) tell({ phase: 'connecting', words: null });
      const began = performance.now();
      const over = await tryOnce(wish);
      signal.throwIfAborted();
      if (isFinal(over.phase)) return finish(over);
      if (over.broken && ++breaks >= BREAKS_MAX) return finish({ phase: 'unplayable' });
      if (over.phase === 'lost' && (await isGone(wish))) return finish({ phase: 'ended' });
      tell({ phase: over.phase });
      const isWished = over.phase === 'hidden' || over.phase === 'paused' || over.phase === 'connecting';
      if (isWished && !over.waits) {
        attempt = -1;
        continue;
      }
      if (performance.now() - began > SETTLED_MILLISECONDS) attempt = 0;
      await news.wait(waitBeforeAsking(attempt, Math.random), signal);
    }
  }

  /** Nothing of the picture stays. */
  function finish(over: Over) {
    takeOff(video);
    tell({ phase: over.phase, words: over.words ?? null });
  }

  /**
   * A browser is not told why a socket was not opened; the same address without one says whether the picture is gone
   * for good, and a session that has ended is noticed there as everywhere.
   */
  async function isGone({ home, camera }: AskedLive): Promise<boolean> {
    try {
      const response = await send('live.watch', { params: { home, camera }, signal });
      await response.body?.cancel();
      return false;
    } catch (error) {
      return error instanceof NightlatchError && ['not-found', 'not-signed-in', 'gone'].includes(error.kind);
    }
  }

  function setPaused(wanted: boolean) {
    paused = wanted;
    if (paused) video.pause();
    if (paused) breakOff('paused');
    news.ring();
  }

  function look() {
    if (!isSeen(video)) breakOff('hidden');
    news.ring();
  }
  document.addEventListener('visibilitychange', look, { signal });
  video.addEventListener('leavepictureinpicture', look, { signal });
  // Pause and play of the picture's own window, or of a headset.
  video.addEventListener(
    'pause',
    () => !paused && state.phase === 'live' && isSeen(video) && setPaused(true),
    {
      signal,
    },
  );
  video.addEventListener('play', () => paused && setPaused(false), { signal });
  addEventListener('online', () => news.ring(), { signal });

  run().catch(() => {
    if (!signal.aborted) finish({ phase: 'unplayable' });
  });

  return {
    setPaused,
    setSound(wanted) {
      if (wanted === sound) return;
      sound = wanted;
      breakOff('connecting');
    },
    logChanged() {
      const now = asked();
      const isSame =
        now !== null &&
        grantedFor !== null &&
        now.agent === grantedFor.agent &&
        now.deviceKey === grantedFor.deviceKey;
      if (!isSame) breakOff('connecting');
    },
    close() {
      breakOff('hidden');
      closed.abort();
      takeOff(video);
    },
  };
}
