/** When a recording starts, how long it lasts, and what it may cost. Seconds unless the name says otherwise. */
export interface RecorderParameters {
  preRollSeconds: number;
  postRollSeconds: number;
  /** After this a recording ends at the next key frame and, if there is still motion, another goes on from there. */
  longestClipSeconds: number;
  /** How long to wait for that key frame. */
  keyFrameWaitSeconds: number;
  /** Between the end of one event and the start of the next; motion in between is kept and told when it is over. */
  cooldownSeconds: number;
  thumbnailDelaySeconds: number;
  /** A later frame replaces the first thumbnail if it had this many times its motion. */
  betterThumbnailRatio: number;
  /** 48 MiB hold the pre-roll and the cooldown of a camera of 20 Mbit/s. */
  ringBytesMax: number;
}

export const RECORDER_PARAMETERS: RecorderParameters = {
  preRollSeconds: 5,
  postRollSeconds: 5,
  longestClipSeconds: 120,
  keyFrameWaitSeconds: 15,
  cooldownSeconds: 10,
  thumbnailDelaySeconds: 1,
  betterThumbnailRatio: 1.5,
  ringBytesMax: 48 * 1024 * 1024,
};
