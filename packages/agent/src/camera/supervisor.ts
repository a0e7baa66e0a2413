import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { CameraId } from '@nightlatch/protocol/ids';
import type { CameraMessage } from '../recorder/recording.ts';
import { reconnectDelay } from './backoff.ts';
import { type CameraSource, messageBytes, type Order, Told } from './messages.ts';
import { createOpenRecording } from './open-recording.ts';
import { createStateTeller } from './state.ts';

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
  log: CameraLog;
  now: () => number;
  /** From 0 to 1. */
  random: () => number;
}

export interface RunningCamera {
  setArmed(armed: boolean): void;
  /** The process of the camera, null between two of them. */
  readonly processId: number | null;
  /** Ends the recording, the process and its messages; resolves when all of it is done. */
  stop(): Promise<void>;
}

/** Owns the process of one camera: starts it, starts it again when it dies, and closes what it left open. */
export function startCamera(options: CameraOptions): RunningCamera {
  const { camera, log } = options;
  let armed = options.armed;
  let stopping = false;
  let attempt = 0;
  let child: ChildProcess | null = null;
  let restart: NodeJS.Timeout | undefined;
  let delivered: Promise<void> = Promise.resolve();
  const open = createOpenRecording();

  function deliver(message: CameraMessage, taken: () => void) {
    delivered = delivered
      .then(() => options.onMessage(message))
      .catch((error: unknown) => log.warn({ camera, error }, 'a message of the camera could not be handled'))
      .then(taken);
  }

  const become = createStateTeller(options.now, (state) => deliver({ kind: 'state', state }, () => {}));

  function launch() {
    attempt += 1;
    const started = options.now();
    // Nothing of the agent's environment and no argument: the camera's password goes over the channel.
    const born = fork(CHILD, [], { serialization: 'advanced', env: {}, execArgv: [], stdio: 'ignore' });
    child = born;
    const order = (message: Order) => {
      if (born.connected) born.send(message, () => {});
    };
    let watchdog = setTimeout(() => born.kill('SIGKILL'), SILENCE_MILLISECONDS);
    order({
      kind: 'begin',
      camera,
      source: options.source,
      armed,
      firstRecording: open.nextNumber,
    });
    born.on('message', (raw) => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => born.kill('SIGKILL'), SILENCE_MILLISECONDS);
      const told = Told.parse(raw);
      const taken = () => order({ kind: 'taken', bytes: messageBytes(told) });
      if (told.kind === 'fault')
        log.warn({ camera, fault: told.text }, 'the process of the camera has a fault');
      if (told.kind === 'alive' || told.kind === 'fault') return taken();
      open.follow(told);
      deliver(told, taken);
    });
    born.on('error', (error) =>
      log.warn({ camera, error: error.message }, 'the process of the camera failed'),
    );
    // The channel may still hold messages when the process is gone: only after both is everything known.
    void Promise.all([once(born, 'exit'), once(born, 'disconnect')]).then(([[code, signal]]) => {
      clearTimeout(watchdog);
      child = null;
      const end = open.interrupted();
      if (end) deliver(end, () => {});
      if (stopping) return;
      log.warn({ camera, code, signal }, 'the process of the camera ended; it is started again');
      become('offline', 'internal');
      if (options.now() - started >= GOOD_RUN_MILLISECONDS) attempt = 1;
      restart = setTimeout(launch, reconnectDelay(attempt, options.random));
    });
  }

  launch();
  return {
    setArmed(value) {
      armed = value;
      if (child?.connected) child.send({ kind: 'arm', armed } satisfies Order, () => {});
    },
    get processId() {
      return child?.pid ?? null;
    },
    async stop() {
      stopping = true;
      clearTimeout(restart);
      if (child) await endOf(child);
      await delivered;
    },
  };
}

/** Asks the process to end and waits; after three seconds it is killed. */
function endOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    const kill = setTimeout(() => child.kill('SIGKILL'), STOP_MILLISECONDS);
    void Promise.all([once(child, 'exit'), once(child, 'disconnect')]).then(() => {
      clearTimeout(kill);
      resolve();
    });
    if (child.connected) child.send({ kind: 'stop' } satisfies Order, () => {});
    else child.kill('SIGKILL');
  });
}
