import type { Scheduler } from 'fast-check';
import { seeded } from '../faults/chance.ts';
import { type ManualClock, manualClock } from './manual-clock.ts';

/** Everything that a play takes from outside: the order of what happens, chance and time, all of one seed. */
export interface Theatre {
  readonly scheduler: Scheduler;
  /** From 0 to below 1. */
  readonly chance: () => number;
  readonly bytes: (count: number) => Uint8Array<ArrayBuffer>;
  readonly clock: ManualClock;
  /** Waits until it is this one's turn. */
  readonly turn: (label: string) => Promise<void>;
}

export function makeTheatre(scheduler: Scheduler, seed: number): Theatre {
  const chance = seeded(seed);
  return {
    scheduler,
    chance,
    bytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(chance() * 256)),
    clock: manualClock(),
    turn: (label) => scheduler.schedule(Promise.resolve(), label),
  };
}

/** One that nobody has chosen; the list is not empty. */
export function oneOf<One>(all: readonly One[], chance: () => number): One {
  const one = all[Math.floor(chance() * all.length)];
  if (one === undefined) throw new Error('there is nothing to choose from');
  return one;
}

const STEPS_MAX = 100_000;
/** Turns of the event loop in which nothing is to be done, before time goes on. */
const IDLE_TURNS = 4;
const TIME_GOES_ON_MILLISECONDS = 1_000;

/** Does what is to be done, one thing after another in the scheduler's order, until all of it is over. Answers the steps. */
export async function playOut(
  { scheduler, clock }: Theatre,
  works: readonly Promise<void>[],
): Promise<number> {
  let over = false;
  const all = Promise.all(works).finally(() => {
    over = true;
  });
  all.catch(() => undefined);
  let steps = 0;
  for (let idle = 0; !over; ) {
    if (scheduler.count() > 0) {
      await scheduler.waitNext(1);
      steps += 1;
      idle = 0;
    } else {
      await new Promise(setImmediate);
      idle += 1;
      if (idle % IDLE_TURNS === 0) clock.advance(TIME_GOES_ON_MILLISECONDS);
    }
    if (steps + idle > STEPS_MAX) throw new Error('a play does not come to its end');
  }
  await all;
  return steps;
}
