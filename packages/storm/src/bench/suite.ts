/** One measured number, as it is printed and as it stands in the JSON file. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  /** Such as `per second`, `milliseconds`, `ratio`. */
  readonly unit: string;
  /** What it should be, in words, and whether it is; absent where there is no goal. */
  readonly goal?: { readonly text: string; readonly met: boolean } | undefined;
}

export interface BenchContext {
  /** A line of progress for the person who waits. */
  readonly say: (text: string) => void;
  /** Something to be let go of when the suite is over, in the opposite order. */
  readonly afterwards: (letGo: () => Promise<void> | void) => void;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** What a file in `suites/` exports as `suite`; its name is the file's. */
export interface Suite {
  readonly name: string;
  /** What is measured against what, in one line. */
  readonly describe: string;
  /** Measures everything it compares in one run, so that a busy machine is busy for all of it alike. */
  readonly run: (context: BenchContext) => Promise<readonly Figure[]>;
}

export function isSuite(value: unknown): value is Suite {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    typeof value.name === 'string' &&
    'describe' in value &&
    typeof value.describe === 'string' &&
    'run' in value &&
    typeof value.run === 'function'
  );
}
