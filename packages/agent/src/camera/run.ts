import type { CameraId } from '@nightlatch/protocol/ids';
import { createMotionDetector } from '../motion/detector.ts';
import { MOTION_PARAMETERS } from '../motion/parameters.ts';
import type { LiveMessage } from '../recorder/live-feed.ts';
import { RECORDER_PARAMETERS } from '../recorder/parameters.ts';
import { createRecorder, type Recorder } from '../recorder/recorder.ts';
import type { RecordingMessage } from '../recorder/recording.ts';
import { openAudio } from './audio.ts';
import { reconnectDelay } from './backoff.ts';
import { createDecoder } from './decoder.ts';
import { CameraFailure, type OfflineReason } from './failures.ts';
import { pull } from './pull.ts';
import type { Source } from './source.ts';
import type { Become } from './state.ts';

/** A pull that lasted this long was a good one: the next failure is the first again. */
const GOOD_PULL_MILLISECONDS = 30_000;

export interface RunOptions {
  camera: CameraId;
  open: () => Promise<Source>;
  firstRecording: number;
  armed: boolean;
  emit: (message: RecordingMessage) => void;
  emitLive: (message: LiveMessage) => void;
  become: Become;
  /** Resolves when there is room for more messages. */
  room: () => Promise<void>;
  now: () => number;
  monotonic: () => number;
  random: () => number;
  sleep: (milliseconds: number) => Promise<void>;
}

/** One camera for as long as its process lives: pull, and when that fails wait and pull again. */
export function createCameraRun(options: RunOptions) {
  const { become } = options;
  let recordings = options.firstRecording - 1;
  let armed = options.armed;
  let take: number | null = null;
  let stopped = false;
  let recorder: Recorder | null = null;

  function tellState(of: Recorder) {
    if (!armed) become('waiting-for-key');
    else become(of.isRecording ? 'recording' : 'watching');
  }

  function tellNoPicture() {
    if (take !== null) options.emitLive({ kind: 'end', take });
  }

  async function pullFrom(source: Source) {
    const decoder = await createDecoder(source.video);
    const audio = await openAudio(source.audio);
    const current = createRecorder({
      camera: options.camera,
      video: source.video.track,
      audio: audio?.track ?? null,
      parameters: RECORDER_PARAMETERS,
      now: options.now,
      nextRecording: () => {
        recordings += 1;
        return recordings;
      },
      emit: options.emit,
      emitLive: options.emitLive,
    });
    current.setArmed(armed);
    current.setLive(take);
    recorder = current;
    try {
      await pull({
        source,
        decoder,
        audio,
        detector: createMotionDetector(MOTION_PARAMETERS),
        recorder: current,
        monotonic: options.monotonic,
        stopped: () => stopped,
        afterPacket: async () => {
          tellState(current);
          await options.room();
        },
      });
    } finally {
      recorder = null;
      current.close();
      tellNoPicture();
      decoder.close();
      audio?.close();
    }
  }

  async function once() {
    const source = await options.open();
    try {
      await pullFrom(source);
    } finally {
      await source.close();
    }
  }

  return {
    async run(): Promise<void> {
      become('connecting');
      for (let attempt = 1; !stopped; attempt++) {
        const began = options.monotonic();
        try {
          await once();
        } catch (failure) {
          become('offline', reasonOf(failure));
        }
        if (options.monotonic() - began >= GOOD_PULL_MILLISECONDS) attempt = 1;
        if (!stopped) await options.sleep(reconnectDelay(attempt, options.random));
      }
    },
    setArmed(value: boolean): void {
      armed = value;
      recorder?.setArmed(value);
    },
    /** Somebody watches, under this number; null: nobody does. */
    setLive(value: number | null): void {
      take = value;
      if (recorder) recorder.setLive(take);
      else tellNoPicture();
    },
    stop(): void {
      stopped = true;
    },
  };
}

/** A fault of our own is thrown on: the process ends with it, and the supervisor says `internal`. */
function reasonOf(failure: unknown): OfflineReason {
  if (failure instanceof CameraFailure) return failure.reason;
  throw failure;
}
