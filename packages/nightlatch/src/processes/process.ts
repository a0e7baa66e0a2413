import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { messageOf, Refused } from '../refused.ts';
import { listenForLastWords } from './last-words.ts';
import type { LogFile } from './log-file.ts';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What it said last that a person can read; may be empty. */
  readonly lastWords: string;
}

/** A process that is ready for work. */
export interface Running {
  readonly ended: Promise<Ended>;
  /** Asks it to end, and kills it where it has not ended in time. Never throws. */
  stop(): Promise<void>;
  /** Ends it at once. */
  kill(): void;
}

export interface Program {
  /** As people call it: "the cloud". */
  readonly name: string;
  readonly command: string;
  readonly parameters: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: LogFile;
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  readonly workingDirectory: string;
  /** Open files that the process finds as 3, 4, …; without them it has a channel for messages as 3. */
  readonly files?: readonly number[];
  readonly isReady: (line: string) => boolean;
  readonly onMessage?: (message: unknown) => void;
  readonly onStarted?: (pid: number | undefined) => void;
  readonly readyMilliseconds: number;
  readonly stopSignal: NodeJS.Signals;
  readonly stopMilliseconds: number;
  readonly killSignal: NodeJS.Signals;
}

/**
 * Starts the program once and waits until it is ready. It is in a session of its own, so that a Ctrl-C in the terminal
 * reaches only us, and we stop everything in the right order.
 * @throws Refused with its last words when it ends before; the signal's reason when it is aborted.
 */
export async function startProcess(program: Program, abort: AbortSignal): Promise<Running> {
  abort.throwIfAborted();
  const child = spawn(program.command, program.parameters, {
    cwd: program.workingDirectory,
    env: { ...program.environment },
    detached: true,
    ...program.user,
    stdio: ['ignore', 'pipe', 'pipe', ...(program.files ?? ['ipc' as const])],
  });
  program.onStarted?.(child.pid);
  const words = listenForLastWords();
  const ready = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    stream.on('data', (chunk: Buffer) => program.log.write(chunk));
    createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
      words.hear(line.slice(0, 16_384));
      if (program.isReady(line)) ready.resolve();
    });
  }
  child.on('message', (message) => program.onMessage?.(message));
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, lastWords: words.said() }));
    child.on('error', (error) => resolve({ code: null, signal: null, lastWords: messageOf(error) }));
  });
  const running = control(child, program, ended);
  try {
    await untilReady({ ready: ready.promise, ended, program, abort });
    return running;
  } catch (error) {
    await running.stop();
    throw error;
  }
}

function control(child: ChildProcess, program: Program, ended: Promise<Ended>): Running {
  return {
    ended,
    kill: () => {
      child.kill(program.killSignal);
    },
    stop: async () => {
      child.kill(program.stopSignal);
      const timer = setTimeout(() => child.kill(program.killSignal), program.stopMilliseconds);
      await ended;
      clearTimeout(timer);
      // Only a process that survived its kill signal is left behind the channel.
      if (child.connected) child.disconnect();
    },
  };
}

async function untilReady(waiting: {
  ready: Promise<void>;
  ended: Promise<Ended>;
  program: Program;
  abort: AbortSignal;
}): Promise<void> {
  const { program, abort } = waiting;
  const tooLate = Promise.withResolvers<never>();
  const stop = () => tooLate.reject(abort.reason);
  abort.addEventListener('abort', stop, { once: true });
  const timer = setTimeout(
    () =>
      tooLate.reject(
        new Refused(
          `${program.name} was not ready after ${Math.round(program.readyMilliseconds / 1000)} seconds.`,
        ),
      ),
    program.readyMilliseconds,
  );
  try {
    await Promise.race([
      waiting.ready,
      tooLate.promise,
      waiting.ended.then(({ code, signal, lastWords }) => {
        const how = signal === null ? `with code ${code}` : `by ${signal}`;
        throw new Refused(
          `${program.name} did not start. ${lastWords === '' ? `It ended ${how}.` : lastWords}`,
        );
      }),
    ]);
  } finally {
    clearTimeout(timer);
    abort.removeEventListener('abort', stop);
  }
}
