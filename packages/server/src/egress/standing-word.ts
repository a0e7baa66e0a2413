export interface WordLimits {
  /** A word of the gate is good for so long, counted from when it was asked. */
  readonly validMilliseconds: number;
  /** Without a word for so long, it is over. */
  readonly patienceMilliseconds: number;
  /** Questions that the gate owes an answer to; while it is slow it is asked on, so that the next word is not late, too. */
  readonly questionsMax: number;
}

/** The gate's word that something may go on, for as long as it stands. */
export interface StandingWord {
  /** Whether it stands in this moment. */
  readonly stands: boolean;
  /** Resolves with the first yes. */
  readonly given: Promise<void>;
  ask(): void;
  end(): void;
}

/**
 * Asks the gate again and again, whenever told to. A yes stands for a time from the moment of its question, and a no ends it at
 * once. What was thrown is no answer: the word is not renewed, and runs out.
 */
export function standingWord({
  question,
  limits,
  now,
  on,
}: {
  readonly question: () => Promise<boolean>;
  readonly limits: WordLimits;
  /** Milliseconds of a clock that nobody sets. */
  readonly now: () => number;
  readonly on: {
    /** It stands anew, after it had run out. */
    readonly back: () => void;
    readonly ranOut: () => void;
    readonly no: () => void;
    readonly silent: () => void;
  };
}): StandingWord {
  const { validMilliseconds, patienceMilliseconds, questionsMax } = limits;
  const given = Promise.withResolvers<void>();
  let isGiven = false;
  /** When the newest question was asked that was answered with yes; before any, when it began. */
  let since = now();
  let underWay = 0;
  let over = false;
  const age = (): number => now() - since;
  const stands = (): boolean => isGiven && !over && age() < validMilliseconds;

  let timer = setTimeout(look, validMilliseconds);
  function look(): void {
    const old = age();
    clearTimeout(timer);
    const next = [validMilliseconds, patienceMilliseconds].find((one) => one > old);
    if (next !== undefined) timer = setTimeout(look, next - old);
    if (next === undefined) on.silent();
    else if (old >= validMilliseconds) on.ranOut();
  }

  const answered = (askedAt: number): void => {
    const stood = stands();
    isGiven = true;
    since = Math.max(since, askedAt);
    given.resolve();
    if (stood || !stands()) return;
    look();
    on.back();
  };
  const ask = async (): Promise<void> => {
    if (over || underWay >= questionsMax) return;
    const askedAt = now();
    underWay += 1;
    const answer = await question().catch(() => undefined);
    underWay -= 1;
    if (over || answer === undefined) return;
    if (answer) answered(askedAt);
    else on.no();
  };

  return {
    get stands() {
      return stands();
    },
    given: given.promise,
    ask: () => void ask(),
    end: () => {
      over = true;
      clearTimeout(timer);
    },
  };
}
