export const RESTARTS_MAX = 6;
/** A process that ran for this long starts with a clean record when it dies. */
export const STEADY_MILLISECONDS = 120_000;
const FIRST_MILLISECONDS = 500;
const LONGEST_MILLISECONDS = 15_000;

/** Milliseconds to wait before the `restart`th restart in a row (from 1); undefined when it has been tried enough. */
export const waitBeforeRestart = (restart: number): number | undefined =>
  restart > RESTARTS_MAX
    ? undefined
    : Math.min(LONGEST_MILLISECONDS, FIRST_MILLISECONDS * 2 ** (restart - 1));
