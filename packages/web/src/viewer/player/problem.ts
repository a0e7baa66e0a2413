import { NightlatchError } from '@nightlatch/protocol/errors';
import { Refusal, wordsOf } from '../refusal.ts';

/** What stops a clip for good, in words for a person. `refused`: nothing of it may stay on screen. */
export interface Problem {
  readonly refused: boolean;
  readonly words: string;
}

export class PlayerError extends Error {}

const LASTING: readonly string[] = ['not-found', 'not-signed-in', 'sign-in-again', 'gone', 'internal'];

/** Null for a failure that may pass (a lost network): then the player tries again. */
export function problemOf(error: unknown): Problem | null {
  if (error instanceof Refusal) return { refused: true, words: wordsOf(error) };
  if (error instanceof PlayerError) return { refused: false, words: error.message };
  if (error instanceof NightlatchError && LASTING.includes(error.kind))
    return { refused: false, words: error.message };
  if (error instanceof DOMException && error.name !== 'NetworkError' && error.name !== 'AbortError')
    return {
      refused: false,
      words: `This browser could not play the clip (${error.name}). You can download it.`,
    };
  return null;
}

const DECODER: Record<number, string> = {
  1: 'Playing was stopped by the browser.',
  2: 'The browser lost the clip while it played.',
  3: 'This browser could not decode the clip. The recording is kept; download it to play it elsewhere.',
  4: 'This browser cannot play the format of this camera. Download the clip to play it elsewhere.',
};

export const decoderProblem = (error: MediaError | null): Problem => ({
  refused: false,
  words: DECODER[error?.code ?? 3] ?? 'This browser could not play the clip.',
});
