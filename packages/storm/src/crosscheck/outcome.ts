import type { Outcome } from './case-messages.ts';

export const noOutcome = (): Outcome => ({
  ...{ right: 0, wrong: 0, stale: 0, missed: 0, error: 0, hung: 0, crashed: 0 },
});

/** One of the process that is no more. */
export const crashedOutcome = (): Outcome => ({ ...noOutcome(), crashed: 1 });

export function add(sum: Outcome, more: Outcome): Outcome {
  return {
    right: sum.right + more.right,
    wrong: sum.wrong + more.wrong,
    stale: sum.stale + more.stale,
    missed: sum.missed + more.missed,
    error: sum.error + more.error,
    hung: sum.hung + more.hung,
    crashed: sum.crashed + more.crashed,
  };
}

const COLUMNS: readonly (keyof Outcome)[] = ['right', 'wrong', 'stale', 'missed', 'error', 'hung', 'crashed'];

/** The counts of one cell, without those that are nothing. */
export function cellOf(outcome: Outcome | null): string {
  if (outcome === null) return '–';
  const counted = COLUMNS.filter((column) => outcome[column] > 0);
  // Only where keys are searched for is there nothing to ask.
  if (counted.length === 0) return 'no two such keys found';
  return counted.map((column) => `${outcome[column].toLocaleString('en-US')} ${column}`).join(', ');
}
