import type { LivePhase, LiveState } from './state.ts';

interface PhaseWords {
  readonly words: string;
  readonly advice: string | null;
}

const WORDS: Readonly<Record<Exclude<LivePhase, 'live'>, PhaseWords>> = {
  connecting: { words: 'Asking your camera…', advice: null },
  restarting: { words: 'The picture stood still. Starting it again…', advice: null },
  lost: { words: 'The connection is lost. Trying again…', advice: null },
  busy: { words: 'Too many are watching right now. Trying again…', advice: null },
  'agent-offline': {
    words: 'No word from the agent at home.',
    advice: 'It may still record there. The picture comes by itself when it is back.',
  },
  'camera-offline': {
    words: 'The camera sends no picture.',
    advice: 'It comes by itself when the camera is back.',
  },
  hidden: { words: 'Paused while nobody looks.', advice: null },
  paused: { words: 'Paused. Nothing is sent from your home.', advice: null },
  denied: {
    words: 'Your agent does not give this picture.',
    advice: 'By its own copy of your home’s record it may not. Try again in a minute.',
  },
  ended: {
    words: 'Live view has ended.',
    advice:
      'The session or the camera has ended, or the cloud could not make sure that they have not. Recordings are kept.',
  },
  refused: { words: 'The server sent something that you did not ask for.', advice: null },
  unplayable: { words: 'This browser could not play the picture.', advice: null },
};

/** How a live picture is, for people; null while it simply runs. */
export function phaseInWords({ phase, words }: LiveState): PhaseWords | null {
  if (phase === 'live') return null;
  return words === null ? WORDS[phase] : { words, advice: null };
}

/** Phases in which something is being waited for. */
export const isBusy = (phase: LivePhase): boolean =>
  phase === 'connecting' || phase === 'restarting' || phase === 'lost' || phase === 'busy';
