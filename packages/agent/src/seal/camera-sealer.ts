import type { CameraId } from '@nightlatch/protocol/ids';
import type { RecordingMessage } from '../recorder/recording.ts';
import { isErrno } from '../settings/private-file.ts';
import { SpoolFull } from '../spool/room.ts';
import type { EpochOf } from './epoch.ts';
import { beginRecording, type RecordingSealer, type SealParts } from './recording-sealer.ts';

export type SealTrouble = 'disk-full' | 'internal';

/** Takes what the recorder of one camera tells, and seals it in order. */
export interface CameraSealer {
  /** Resolves when the message is sealed and in the spool; the camera waits for it, so that no queue grows here. */
  take(message: RecordingMessage): Promise<void>;
  /** Ends what is being recorded, and takes nothing more. */
  stop(): Promise<void>;
}

export interface CameraSealerParts extends SealParts {
  readonly camera: CameraId;
  readonly epochOf: EpochOf;
  /** A recording could not be kept, or not to its end; null when the next one goes well again. */
  readonly onTrouble: (trouble: SealTrouble | null, error: unknown) => void;
}

export function createCameraSealer(parts: CameraSealerParts): CameraSealer {
  const { epochOf, camera, onTrouble } = parts;
  let current: { recording: number; sealer: RecordingSealer } | null = null;
  let stopped = false;
  let work: Promise<void> = Promise.resolve();

  const trouble = (error: unknown): void => {
    const full = error instanceof SpoolFull || isErrno(error, 'ENOSPC', 'EDQUOT');
    onTrouble(full ? 'disk-full' : 'internal', error);
  };
  const interrupt = async (error: unknown): Promise<void> => {
    const broken = current;
    current = null;
    trouble(error);
    await broken?.sealer.interrupt().catch(trouble);
  };
  const begin = async (message: RecordingMessage & { kind: 'start' }): Promise<void> => {
    await current?.sealer.interrupt();
    current = null;
    const epoch = epochOf(camera);
    // Fails closed: what could not be sealed to the household's key is not recorded.
    if (epoch === null || message.start.camera !== camera) return;
    current = { recording: message.recording, sealer: await beginRecording(parts, epoch, message.start) };
    onTrouble(null, null);
  };
  const act = async (message: RecordingMessage): Promise<void> => {
    if (message.kind === 'start') return begin(message);
    if (current?.recording !== message.recording) return;
    const { sealer } = current;
    switch (message.kind) {
      case 'init':
        return sealer.init(message.bytes);
      case 'fragment': {
        const { bytes, atMilliseconds, keyFrame } = message;
        if (await sealer.fragment(bytes, atMilliseconds, keyFrame)) return;
        throw new Error('the recording is longer than a clip may be');
      }
      case 'thumbnail':
        return sealer.thumbnail(message.jpeg);
      case 'end':
        await sealer.end(message.endedAt);
        current = null;
        return;
    }
  };

  return {
    take: (message) => {
      if (!stopped) work = work.then(() => act(message)).catch(interrupt);
      return work;
    },
    stop: async () => {
      stopped = true;
      await work;
      const open = current;
      current = null;
      await open?.sealer.interrupt();
    },
  };
}
