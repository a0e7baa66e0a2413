import type { LiveTracks } from '@nightlatch/protocol/live';

/**
 * How a live picture is. `restarting`, `lost`, `busy` and the two that are offline pass by themselves; `hidden` and
 * `paused` end when somebody looks again; the last four are final until somebody asks anew.
 */
export type LivePhase =
  | 'connecting'
  | 'live'
  | 'restarting'
  | 'lost'
  | 'busy'
  | 'agent-offline'
  | 'camera-offline'
  | 'hidden'
  | 'paused'
  | 'denied'
  | 'ended'
  | 'refused'
  | 'unplayable';

export interface LiveState {
  readonly phase: LivePhase;
  /** What the newest broadcast carries; null before the first. */
  readonly tracks: LiveTracks | null;
  /** What a person should read where the phase alone does not say it. */
  readonly words: string | null;
}

export const LIVE_START: LiveState = { phase: 'connecting', tracks: null, words: null };

const FINAL: readonly LivePhase[] = ['denied', 'ended', 'refused', 'unplayable'];
export const isFinal = (phase: LivePhase): boolean => FINAL.includes(phase);
