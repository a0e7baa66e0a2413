import type { Lock } from '../storm/locks.ts';
import type { Theatre } from './theatre.ts';

/** What a play showed, or many together. */
export interface Outcome {
  /** Reads that were begun, and those that were answered. */
  asked: number;
  answered: number;
  /** Of the answers, those with something of somebody else's. */
  foreign: number;
  /** What the locks have stopped, by their own word. */
  stopped: number;
  faults: number;
  /** Turns that the scheduler gave. */
  steps: number;
}

export const nothingYet = (): Outcome => ({
  ...{ asked: 0, answered: 0, foreign: 0, stopped: 0, faults: 0, steps: 0 },
});

export function add(to: Outcome, more: Outcome): void {
  to.asked += more.asked;
  to.answered += more.answered;
  to.foreign += more.foreign;
  to.stopped += more.stopped;
  to.faults += more.faults;
  to.steps += more.steps;
}

export type Play = (theatre: Theatre, without: ReadonlySet<Lock>) => Promise<Outcome>;
