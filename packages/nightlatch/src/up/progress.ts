/** A wait shorter than this needs no line of its own where lines cannot be written over. */
const QUIET_MILLISECONDS = 2_000;

export interface Screen {
  readonly isTTY: boolean;
  write(text: string): void;
}

export interface Progress {
  /** Shows that `doing` goes on; then `done` of its result, in its place. */
  step<Result>(doing: string, work: () => Promise<Result>, done: (result: Result) => string): Promise<Result>;
  say(...lines: string[]): void;
}

/** Calm progress: one short line for each thing, in a terminal as well as in a file. */
export function showProgress(screen: Screen): Progress {
  return {
    step: async (doing, work, done) => {
      const line = `  … ${doing}`;
      const timer = screen.isTTY
        ? undefined
        : setTimeout(() => screen.write(`${line}\n`), QUIET_MILLISECONDS);
      if (screen.isTTY) screen.write(line);
      // Back to the start of the line, and clear it.
      const over = screen.isTTY ? '\r\u001b[2K' : '';
      try {
        const result = await work();
        screen.write(`${over}  ✓ ${done(result)}\n`);
        return result;
      } catch (error) {
        screen.write(over);
        throw error;
      } finally {
        clearTimeout(timer);
      }
    },
    say: (...lines) => screen.write(`${lines.join('\n')}\n`),
  };
}
