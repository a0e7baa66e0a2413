import { messageOf } from '../refused.ts';
import { STEADY_MILLISECONDS, waitBeforeRestart } from './backoff.ts';
import type { Running } from './process.ts';

export interface Supervision {
  /** Tries once. */
  readonly start: (abort: AbortSignal) => Promise<Running>;
  /** It ended though nobody asked it to; it is started again after a wait, of which `why` says nothing. */
  readonly onDown: (why: string) => void;
  readonly onUp: () => void;
  /** It has been started often enough: it stays down. */
  readonly onGivenUp: (why: string) => void;
  /** Injected, so that tests need not wait. Rejects when aborted. */
  readonly wait: (milliseconds: number, abort: AbortSignal) => Promise<void>;
  readonly clock: () => number;
}

export interface Supervised {
  /** Ends it in order, or the attempt to restart it. */
  stop(): Promise<void>;
  kill(): void;
}

/**
 * Starts a process and keeps it running.
 * @throws what its first start throws: then nothing is left running.
 */
export async function supervise(supervision: Supervision, abort: AbortSignal): Promise<Supervised> {
  const stopping = new AbortController();
  let running: Running | undefined = await supervision.start(abort);

  const keepUp = async (): Promise<void> => {
    let restarts = 0;
    let startedAt = supervision.clock();
    while (running !== undefined) {
      const { code, signal, lastWords } = await running.ended;
      running = undefined;
      if (stopping.signal.aborted) return;
      if (supervision.clock() - startedAt > STEADY_MILLISECONDS) restarts = 0;
      let why = signal ?? (lastWords === '' || code === 0 ? `code ${code}` : lastWords);
      supervision.onDown(why);
      while (running === undefined) {
        restarts += 1;
        const milliseconds = waitBeforeRestart(restarts);
        if (milliseconds === undefined) return supervision.onGivenUp(why);
        try {
          await supervision.wait(milliseconds, stopping.signal);
          startedAt = supervision.clock();
          running = await supervision.start(stopping.signal);
        } catch (error) {
          if (stopping.signal.aborted) return;
          why = messageOf(error);
        }
      }
      supervision.onUp();
    }
  };
  const kept = keepUp();
  return {
    stop: async () => {
      stopping.abort();
      await running?.stop();
      await kept;
    },
    kill: () => {
      stopping.abort();
      running?.kill();
    },
  };
}
