import type { RecordingMessage } from '../recorder/recording.ts';
import type { Told } from './messages.ts';

/** Follows what a camera's process tells, so that a recording it leaves open when it dies can be ended for it. */
export function createOpenRecording() {
  let open: { recording: number; startedAt: number; lastAtMilliseconds: number } | null = null;
  let nextNumber = 1;

  return {
    follow(told: Told): void {
      if (told.kind === 'start') {
        open = { recording: told.recording, startedAt: told.start.startedAt, lastAtMilliseconds: 0 };
        nextNumber = told.recording + 1;
      } else if (told.kind === 'fragment' && open) {
        open.lastAtMilliseconds = told.atMilliseconds;
      } else if (told.kind === 'end') {
        open = null;
      }
    },
    /** The end of the recording that is open, at the last fragment that arrived; null if none is. */
    interrupted(): RecordingMessage | null {
      if (!open) return null;
      const { recording, startedAt, lastAtMilliseconds } = open;
      open = null;
      return { kind: 'end', recording, endedAt: startedAt + lastAtMilliseconds };
    },
    /** Numbers go on over restarts of the process. */
    get nextNumber(): number {
      return nextNumber;
    },
  };
}
