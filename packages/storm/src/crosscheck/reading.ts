import type { Outcome } from './case-messages.ts';
import type { OpenClient } from './client.ts';
import { noOutcome } from './outcome.ts';
import type { Question, Values } from './values.ts';

/** What counts as right: whose values, and from which version on. */
export interface Expected {
  readonly values: Values;
  readonly versionMin: number;
  /** A read that has not ended by then hangs. */
  readonly deadlineMilliseconds: number;
}

const HUNG = Symbol('hung');

/** Reads once and says how it ended. */
export async function judgeRead(
  client: Pick<OpenClient, 'read'>,
  question: Question,
  { values, versionMin, deadlineMilliseconds }: Expected,
  signal?: AbortSignal,
): Promise<keyof Outcome> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<typeof HUNG>((resolve) => {
    timer = setTimeout(() => resolve(HUNG), deadlineMilliseconds);
  });
  try {
    const value = await Promise.race([client.read(question, signal), late]);
    if (value === HUNG) return 'hung';
    if (value === undefined) return 'missed';
    const version = values.versionOf(question, value);
    if (version === null) return 'wrong';
    return version < versionMin ? 'stale' : 'right';
  } catch {
    return 'error';
  } finally {
    clearTimeout(timer);
  }
}

export interface Reading extends Expected {
  /** Asked in this order, so many at a time; a client in trouble is still asked everything. */
  readonly questions: readonly Question[];
  readonly inFlight: number;
  /** Gives a read its signal; absent where nothing is cancelled. */
  readonly signalOf?: (index: number) => AbortSignal;
  /** Called before each read; what it does goes on beside the reads. */
  readonly before?: (index: number) => void;
}

/** Reads all questions and counts how they ended. */
export async function readAll(client: Pick<OpenClient, 'read'>, reading: Reading): Promise<Outcome> {
  const outcome = noOutcome();
  const left = reading.questions.entries();
  await Promise.all(
    Array.from({ length: reading.inFlight }, async () => {
      for (const [index, question] of left) {
        reading.before?.(index);
        outcome[await judgeRead(client, question, reading, reading.signalOf?.(index))] += 1;
      }
    }),
  );
  return outcome;
}
