import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CameraState } from '@nightlatch/protocol/events';
import type { CameraId } from '@nightlatch/protocol/ids';
import type { LiveMessage } from '../recorder/live-feed.ts';
import type { CameraMessage } from '../recorder/recording.ts';
import { redactedAddress } from './address.ts';
import { reconnectDelay } from './backoff.ts';
import { type CameraSource, messageBytes, type Order, Told } from './messages.ts';
import { createOpenRecording } from './open-recording.ts';

const CHILD = fileURLToPath(new URL('child.ts', import.meta.url));
/** Twelve of its signs of life missed: it is stuck inside a decoder. A busy machine takes 20 s to start a process. */
const SILENCE_MILLISECONDS = 60_000;
const STOP_MILLISECONDS = 3_000;
const GOOD_RUN_MILLISECONDS = 60_000;

/** Any pino logger will do. */
export interface CameraLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface CameraOptions {
  camera: CameraId;
  source: CameraSource;
  /** Not armed, it watches and records nothing, and says that it waits for a key. */
  armed: boolean;
  /**
   * Gets every message in order, one at a time: the next waits for its promise, and while too many wait the camera's
   * connection is slowed down.
   */
  onMessage: (message: CameraMessage) => void | Promise<void>;
  /** Gets what is live at once, past the messages that wait: a slow disk does not hold it up. */
  onLive: (message: LiveMessage) => void;
  log: CameraLog;
  now: () => number;
  /** From 0 to 1. */
  random: () => number;
}

export interface RunningCamera {
  setArmed(armed: boolean): void;
  /** Somebody watches: a new number begins anew, over restarts of the process too. Null: nobody does. */
  setLive(take: number | null): void;
  /** The process of the camera, null between two of them. */
  readonly processId: number | null;
  /** Ends the recording, the process and its messages; resolves when all of it is done. */
  stop(): Promise<void>;
}

/** Owns the process of one camera: starts it, starts it again when it dies, and closes what it left open. */
export function startCamera(options: CameraOptions): RunningCamera {
  const { camera, log } = options;
  let armed = options.armed;
  let take: number | null = null;
  let stopping = false;
  let attempt = 0;
  let running: { child: ChildProcess; ended: Promise<ProcessEnd> } | null = null;
  let restart: NodeJS.Timeout | undefined;
  let delivered: Promise<void> = Promise.resolve();
  const open = createOpenRecording();

  function deliver(message: CameraMessage, taken: () => void) {
    delivered = delivered
      .then(() => options.onMessage(message))
      .catch((error: unknown) => log.warn({ camera, error }, 'a message of the camera could not be handled'))
      .then(taken);
  }

  function tellNoPicture() {
    if (take !== null) options.onLive({ kind: 'end', take });
  }

  /** The process has died without a word: the state it told last no longer holds. */
  function tellDead() {
    const state: CameraState = { state: 'offline', reason: 'internal', since: Math.round(options.now()) };
    deliver({ kind: 'state', state }, () => {});
  }

  function launch() {
    attempt += 1;
    const started = options.now();
    // Nothing of the agent's environment and no argument: the camera's password goes over the channel.
    const born = fork(CHILD, [], { serialization: 'advanced', env: {}, execArgv: [], stdio: 'ignore' });
    const ended = endOf(born);
    running = { child: born, ended };
    let watchdog = setTimeout(() => born.kill('SIGKILL'), SILENCE_MILLISECONDS);
    tell(born, {
      kind: 'begin',
      camera,
      source: options.source,
      armed,
      firstRecording: open.nextNumber,
    });
    if (take !== null) tell(born, { kind: 'live', take });
    born.on('message', (raw) => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => born.kill('SIGKILL'), SILENCE_MILLISECONDS);
      const { data: told } = Told.safeParse(raw);
      if (!told) {
        log.warn({ camera }, 'the process of the camera said something that makes no sense; it is ended');
        born.kill('SIGKILL');
        return;
      }
      const taken = () => tell(born, { kind: 'taken', bytes: messageBytes(told) });
      if (told.kind === 'fault')
        log.warn({ camera, fault: told.text }, 'the process of the camera has a fault');
      if (told.kind === 'alive' || told.kind === 'fault') {
        taken();
        return;
      }
      if (told.kind === 'live') {
        taken();
        if (told.live.take === take) options.onLive(told.live);
        return;
      }
      open.follow(told);
      deliver(told, taken);
    });
    void ended.then(({ code, signal, error }) => {
      clearTimeout(watchdog);
      running = null;
      const end = open.interrupted();
      if (end) deliver(end, () => {});
      tellNoPicture();
      if (stopping) return;
      log.warn({ camera, code, signal, error }, 'the process of the camera ended; it is started again');
      tellDead();
      if (options.now() - started >= GOOD_RUN_MILLISECONDS) attempt = 1;
      restart = setTimeout(launch, reconnectDelay(attempt, options.random));
    });
  }

  const address = options.source.kind === 'rtsp' ? redactedAddress(options.source.url) : 'demo';
  log.info({ camera, address }, 'a camera is started');
  launch();
  return {
    setArmed(value) {
      armed = value;
      if (running) tell(running.child, { kind: 'arm', armed });
    },
    setLive(value) {
      take = value;
      if (running) tell(running.child, { kind: 'live', take });
      else tellNoPicture();
    },
    get processId() {
      return running?.child.pid ?? null;
    },
    async stop() {
      stopping = true;
      clearTimeout(restart);
      if (running) {
        const { child, ended } = running;
        tell(child, { kind: 'stop' });
        const kill = setTimeout(() => child.kill('SIGKILL'), STOP_MILLISECONDS);
        await ended;
        clearTimeout(kill);
      }
      await delivered;
    },
  };
}

/** A channel that closes at the same moment is no fault: the end of the process is told by its own event. */
function tell(child: ChildProcess, order: Order) {
  if (child.connected) child.send(order, () => {});
}

interface ProcessEnd {
  code: number | null;
  signal: string | null;
  /** Why the process could not be started. */
  error: string | null;
}

/** Resolves when the process is gone and its channel is read to the end: messages may still be in it. */
function endOf(child: ChildProcess): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    let end: ProcessEnd | null = null;
    const check = () => {
      if (end && !child.connected) resolve(end);
    };
    child.on('exit', (code, signal) => {
      end = { code, signal, error: null };
      check();
    });
    child.on('disconnect', check);
    child.on('error', (error) => {
      if (child.pid === undefined) resolve({ code: null, signal: null, error: error.message });
    });
  });
}
