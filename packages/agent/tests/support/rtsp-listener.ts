import { randomBytes } from 'node:crypto';
import type { CameraState } from '@nightlatch/protocol/events';
import { newCameraId } from '@nightlatch/protocol/ids';
import { startCamera } from '../../src/camera/supervisor.ts';
import type { LiveMessage } from '../../src/recorder/live-feed.ts';
import type { CameraMessage } from '../../src/recorder/recording.ts';

type Source = Parameters<typeof startCamera>[0]['source'];
const WAIT_MILLISECONDS = 60_000;

/** A camera under test, with all that it has told. */
export function listenTo(source: Source, { armed = true }: { armed?: boolean } = {}) {
  const told: CameraMessage[] = [];
  const live: LiveMessage[] = [];
  const logged: string[] = [];
  let waiting: (() => void)[] = [];
  const wake = () => {
    for (const go of waiting) go();
    waiting = [];
  };
  const log = (fields: object, message: string) => {
    logged.push(`${message} ${JSON.stringify(fields)}`);
  };
  const camera = startCamera({
    camera: newCameraId((count) => new Uint8Array(randomBytes(count))),
    source,
    armed,
    now: Date.now,
    random: () => 0,
    log: { info: log, warn: log },
    onMessage(message) {
      told.push(message);
      wake();
    },
    onLive(message) {
      live.push(message);
      wake();
    },
  });

  /** Resolves with what `find` finds among the messages from `from` on, as soon as it does. */
  async function until<Found>(
    what: string,
    find: (messages: CameraMessage[]) => Found | undefined,
    from = 0,
  ): Promise<Found> {
    const deadline = AbortSignal.timeout(WAIT_MILLISECONDS);
    deadline.addEventListener('abort', wake);
    for (;;) {
      const found = find(told.slice(from));
      if (found !== undefined) return found;
      if (deadline.aborted) throw new Error(`waited in vain for ${what}; told: ${summary(told)}`);
      await new Promise<void>((go) => waiting.push(go));
    }
  }

  return {
    camera,
    told,
    live,
    logged,
    until,
    state: (state: CameraState['state'], reason: CameraState['reason'] = null, from = 0) =>
      until(
        `${state} ${reason ?? ''}`,
        (messages) =>
          messages.find(
            (message) =>
              message.kind === 'state' && message.state.state === state && message.state.reason === reason,
          ),
        from,
      ),
    message: <Kind extends CameraMessage['kind']>(kind: Kind, from = 0) =>
      until(
        kind,
        (messages) =>
          messages.find(
            (message): message is Extract<CameraMessage, { kind: Kind }> => message.kind === kind,
          ),
        from,
      ),
    /** Init segment and fragments of one recording, as the file that a viewer would have. */
    clip: (recording: number): Buffer =>
      Buffer.concat(
        told.flatMap((message) =>
          (message.kind === 'init' || message.kind === 'fragment') && message.recording === recording
            ? [message.bytes]
            : [],
        ),
      ),
    [Symbol.asyncDispose]: () => camera.stop(),
  };
}

const summary = (told: CameraMessage[]): string =>
  told
    .map((message) =>
      message.kind === 'state' ? `${message.state.state} ${message.state.reason}` : message.kind,
    )
    .join(', ');
