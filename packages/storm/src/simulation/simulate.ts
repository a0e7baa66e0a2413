import fc from 'fast-check';
import type { Lock } from '../storm/locks.ts';
import { add, nothingYet, type Outcome, type Play } from './play.ts';
import { makeTheatre } from './theatre.ts';

export interface SimulateOptions {
  /** At least so many; the play under way comes to its end. */
  readonly steps: number;
  readonly seed: number;
  readonly without: readonly Lock[];
  readonly signal?: AbortSignal;
}

export interface Simulated extends Outcome {
  /** Where the first play with something foreign is to be found again, for people; null where there is none. */
  readonly counterexample: string | null;
}

/** Plays of one `fc.check`, before the steps are counted. */
const PLAYS = 50;

/** Plays by one seed until there were so many steps, in ever new orders, or until something foreign came. */
export async function simulate(play: Play, options: SimulateOptions): Promise<Simulated> {
  const { steps, seed, signal } = options;
  const without = new Set(options.without);
  const total = nothingYet();
  const isWithoutForeign = async (scheduler: fc.Scheduler, chance: number): Promise<boolean> => {
    const outcome = await play(makeTheatre(scheduler, chance), without);
    add(total, outcome);
    return outcome.foreign === 0;
  };
  for (let round = 0; total.steps < steps; round++) {
    signal?.throwIfAborted();
    const details = await fc.check(fc.asyncProperty(fc.scheduler(), fc.nat(), isWithoutForeign), {
      ...{ seed: seed + round, numRuns: PLAYS, endOnFailure: true },
    });
    if (details.failed) {
      if (total.foreign === 0) throw details.errorInstance;
      return { ...total, counterexample: `seed ${seed + round}, path ${details.counterexamplePath}` };
    }
  }
  return { ...total, counterexample: null };
}
