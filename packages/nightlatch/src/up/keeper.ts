import { setTimeout as sleep } from 'node:timers/promises';
import type { Running } from '../processes/process.ts';
import { supervise } from '../processes/supervise.ts';
import type { Progress } from './progress.ts';

export interface Kept {
  /** As people call it: "The cloud". */
  readonly name: string;
  /** Without it everything stops; the agent is not: the cloud goes on without it. */
  readonly essential: boolean;
  readonly start: (abort: AbortSignal) => Promise<Running>;
}

export interface Keeper extends AsyncDisposable {
  /** Starts a process and keeps it running until disposal. @throws what its first start throws */
  keep(kept: Kept): Promise<void>;
  /** Something to be let go of after everything that is kept later. */
  afterwards(letGo: () => Promise<void>): void;
  /** Settles when something essential cannot be kept running; says why. */
  readonly failed: Promise<string>;
}

/** Keeps processes running, and ends them in the opposite order of their start. `force` ends all of them at once. */
export function openKeeper(options: { progress: Progress; stop: AbortSignal; force: AbortSignal }): Keeper {
  const { progress, stop, force } = options;
  const stack = new AsyncDisposableStack();
  const failed = Promise.withResolvers<string>();
  return {
    failed: failed.promise,
    afterwards: (letGo) => stack.defer(letGo),
    keep: async ({ name, essential, start }) => {
      const kept = await supervise(
        {
          start,
          wait: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }),
          clock: () => performance.now(),
          onDown: (why) => progress.say(`  ! ${name} ended by itself (${why}). It is started again.`),
          onUp: () => progress.say(`  ✓ ${name} is back`),
          onGivenUp: (why) => {
            const what = `${name} ends again and again (${why}).`;
            if (essential) failed.resolve(what);
            else progress.say(`  ! ${what} It stays down until the next start; the rest goes on.`);
          },
        },
        stop,
      );
      const kill = () => kept.kill();
      force.addEventListener('abort', kill);
      stack.defer(async () => {
        await kept.stop();
        force.removeEventListener('abort', kill);
      });
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
