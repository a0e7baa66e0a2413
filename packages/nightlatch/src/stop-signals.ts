// npm passes a Ctrl-C on to us that we also get from the terminal: two within this time are one.
const ONE_CTRL_C_MILLISECONDS = 700;
const PARENT_LOOK_MILLISECONDS = 1_000;

export interface StopSignals {
  readonly stop: AbortSignal;
  readonly force: AbortSignal;
}

/** The first signal asks for an orderly end, a later one for an end at once. */
export function listenForStop(options: {
  process: { readonly ppid: number; on(signal: NodeJS.Signals, listener: () => void): unknown };
  clock: () => number;
  /** Whether npm started us: then the end of npm (closed by force) is our end as well. */
  underNpm: boolean;
}): StopSignals {
  const stop = new AbortController();
  const force = new AbortController();
  let stoppedAt = 0;
  const ask = () => {
    if (!stop.signal.aborted) {
      stoppedAt = options.clock();
      stop.abort();
    } else if (options.clock() - stoppedAt > ONE_CTRL_C_MILLISECONDS) force.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) options.process.on(signal, ask);
  if (options.underNpm) {
    const parent = options.process.ppid;
    const timer = setInterval(() => {
      if (options.process.ppid !== parent && !stop.signal.aborted) ask();
    }, PARENT_LOOK_MILLISECONDS);
    timer.unref();
  }
  return { stop: stop.signal, force: force.signal };
}
