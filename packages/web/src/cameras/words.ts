import type { CameraRow } from '@nightlatch/protocol/events';
import { shortTime } from '../app/time.ts';

type State = CameraRow['state'];

const REASONS: Readonly<Record<NonNullable<State['reason']>, string>> = {
  'password-refused': 'password refused',
  unreachable: 'no answer from the camera',
  'not-found': 'the camera has no picture at this address',
  'unsupported-codec': 'the camera sends a kind of video that does not work here (H.264 does)',
  'stream-ended': 'the camera stopped sending',
  'stream-stalled': 'the camera sends nothing',
  'disk-full': 'the disk at home is full',
  'agent-offline': 'no word from the agent at home',
  internal: 'something broke at home, and is being tried again',
};

const ADVICE: Partial<Record<NonNullable<State['reason']>, string>> = {
  'password-refused': 'Correct the password where the agent runs. Nothing is recorded until then.',
  unreachable: 'Check that the camera has power and network.',
  'not-found': 'Check the path in the camera’s address.',
  'unsupported-codec': 'Set the camera to H.264.',
  'disk-full': 'Free some space there. Nothing new is recorded until then.',
  'agent-offline': 'It may still record at home, and will send everything when it is back.',
};

export interface StateInWords {
  readonly tone: 'good' | 'busy' | 'bad';
  readonly words: string;
  /** What to do; null where there is nothing to do. */
  readonly advice: string | null;
}

/** How a camera is, for people: "Offline since 14:02: password refused". */
export function stateInWords({ state, since, reason }: State, now: number, zone?: string): StateInWords {
  const time = shortTime(since, now, zone);
  switch (state) {
    case 'recording':
      return { tone: 'good', words: `Recording since ${time}`, advice: null };
    case 'watching':
      return { tone: 'good', words: `Watching since ${time}`, advice: null };
    case 'connecting':
      return { tone: 'busy', words: `Connecting since ${time}`, advice: null };
    case 'waiting-for-key':
      return { tone: 'busy', words: 'Waiting for its key from you', advice: null };
    case 'offline':
      return {
        tone: 'bad',
        words: `Offline since ${time}${reason === null ? '' : `: ${REASONS[reason]}`}`,
        advice: reason === null ? null : (ADVICE[reason] ?? null),
      };
  }
}
