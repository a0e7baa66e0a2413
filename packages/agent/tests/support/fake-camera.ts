import type { CameraId } from '@nightlatch/protocol/ids';
import type { startCamera } from '../../src/camera/supervisor.ts';
import type { LiveMessage } from '../../src/recorder/live-feed.ts';
import type { CameraMessage, RecordingMessage } from '../../src/recorder/recording.ts';

export interface FakeCamera {
  readonly camera: CameraId;
  armed: boolean;
  stopped: boolean;
  /** The number under which somebody watches; null while nobody does. */
  take: number | null;
  tellLive(message: LiveMessage): void;
  tell(message: CameraMessage): Promise<void>;
}

/** In the place of real cameras: a test says what they record. */
export function createFakeCameras(): { start: typeof startCamera; running: Map<CameraId, FakeCamera> } {
  const running = new Map<CameraId, FakeCamera>();
  return {
    running,
    start: ({ camera, armed, onMessage, onLive, now }) => {
      const fake: FakeCamera = {
        camera,
        armed,
        stopped: false,
        take: null,
        tellLive: onLive,
        tell: async (message) => onMessage(message),
      };
      running.set(camera, fake);
      void Promise.resolve().then(() =>
        fake.tell({ kind: 'state', state: { state: 'watching', since: now(), reason: null } }),
      );
      return {
        setArmed: (value) => {
          fake.armed = value;
        },
        setLive: (take) => {
          fake.take = take;
        },
        processId: null,
        stop: async () => {
          fake.stopped = true;
          running.delete(camera);
        },
      };
    },
  };
}

export const filled = (bytes: number, value: number): Uint8Array<ArrayBuffer> =>
  new Uint8Array(bytes).fill(value);

/** The messages of a recording: init, a thumbnail, and `seconds` fragments, each with its number in its bytes. */
export function recordingMessages(
  camera: CameraId,
  recording: number,
  options: { startedAt: number; seconds: number; fragmentBytes?: number; end?: boolean },
): RecordingMessage[] {
  const { startedAt, seconds, fragmentBytes = 2000, end = true } = options;
  const messages: RecordingMessage[] = [
    {
      kind: 'start',
      recording,
      start: {
        camera,
        startedAt,
        mediaType: 'video/mp4; codecs="avc1.64001f"',
        widthPixels: 1280,
        heightPixels: 720,
        hasAudio: false,
        motionBox: { x: 0.1, y: 0.1, width: 0.5, height: 0.5 },
      },
    },
    { kind: 'init', recording, bytes: filled(700, 255) },
  ];
  for (let second = 0; second < seconds; second++) {
    const bytes = filled(fragmentBytes, second + 1);
    messages.push({
      kind: 'fragment',
      recording,
      bytes,
      atMilliseconds: second * 1000,
      keyFrame: second % 2 === 0,
    });
    if (second === 0) messages.push({ kind: 'thumbnail', recording, jpeg: filled(5000, 200), score: 1 });
  }
  if (end) messages.push({ kind: 'end', recording, endedAt: startedAt + seconds * 1000 });
  return messages;
}
