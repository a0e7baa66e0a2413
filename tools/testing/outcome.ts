/** What came of a section: a command counts as one. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** What failed, in a few words each. */
  readonly failures: readonly string[];
  /** What it has to say, where that has not been shown yet. */
  readonly said?: string;
}

export const NOTHING: Outcome = { passed: 0, failed: 0, failures: [] };

export const sum = (outcomes: readonly Outcome[]): Outcome =>
  outcomes.reduce(
    (all, one) => ({
      passed: all.passed + one.passed,
      failed: all.failed + one.failed,
      failures: [...all.failures, ...one.failures],
    }),
    NOTHING,
  );

export const failure = (what: string): Outcome => ({ passed: 0, failed: 1, failures: [what] });
