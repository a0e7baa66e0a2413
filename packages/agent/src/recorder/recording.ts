import type { Instant } from '@nightlatch/protocol/encoding';
import type { CameraState } from '@nightlatch/protocol/events';
import type { CameraId } from '@nightlatch/protocol/ids';

/** A part of the picture, from 0 to 1 of its width and height, from the upper left corner. */
export interface PictureBox {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface RecordingStart {
  camera: CameraId;
  /** The moment of the first frame of the clip: about five seconds before the motion. */
  startedAt: Instant;
  /** The type for MediaSource, such as `video/mp4; codecs="avc1.64001f,mp4a.40.2"`. */
  mediaType: string;
  widthPixels: number;
  heightPixels: number;
  hasAudio: boolean;
  /** Where the motion began. */
  motionBox: PictureBox | null;
}

/** What the recorder tells of one recording, in order: start, init segment, fragments, thumbnails, end. */
export type RecordingMessage =
  /** `recording` counts from 1 for as long as the camera runs, over restarts of its child process too. */
  | { kind: 'start'; recording: number; start: RecordingStart }
  /** The initialisation segment: ftyp and moov. */
  | { kind: 'init'; recording: number; bytes: Uint8Array<ArrayBuffer> }
  /** One moof and mdat of at most a second; `atMilliseconds` counts from the first frame of the clip. */
  | {
      kind: 'fragment';
      recording: number;
      bytes: Uint8Array<ArrayBuffer>;
      atMilliseconds: number;
      keyFrame: boolean;
    }
  /** First about a second after motion began, and once more at the end if a frame had clearly more motion. */
  | { kind: 'thumbnail'; recording: number; jpeg: Uint8Array<ArrayBuffer>; score: number }
  | { kind: 'end'; recording: number; endedAt: Instant };

/** A camera tells its state whenever it changes. */
export type CameraMessage = RecordingMessage | { kind: 'state'; state: CameraState };
