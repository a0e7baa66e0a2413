import type { CameraRow } from '@nightlatch/protocol/events';
import { clockTime, dayName, sameDay } from './times.ts';

type State = CameraRow['state'];

const REASON: Record<NonNullable<State['reason']>, string> = {
  'password-refused': 'password refused',
  unreachable: 'not reachable',
  'not-found': 'nothing at its address',
  'unsupported-codec': 'its video format is not supported',
  'stream-ended': 'it ended its stream',
  'stream-stalled': 'its stream stands still',
  'disk-full': "the camera box's disk is full",
  'agent-offline': 'the camera box is not connected',
  internal: 'the camera box has a fault',
};

const since = (at: number, now: number): string =>
  sameDay(at, now) ? clockTime(at) : `${dayName(at, now)} ${clockTime(at)}`;

/** "offline since 14:02: password refused". */
export function wordsOfState(state: State, now: number): string {
  if (state.state === 'offline') {
    const reason = state.reason === null ? '' : `: ${REASON[state.reason]}`;
    return `offline since ${since(state.since, now)}${reason}`;
  }
  if (state.state === 'recording') return 'recording now';
  if (state.state === 'connecting') return 'connecting…';
  if (state.state === 'waiting-for-key') return 'waiting for your key';
  return 'watching';
}

export const needsAttention = (state: State): boolean =>
  state.state === 'offline' || state.state === 'waiting-for-key';
