/** The detector looks at grey frames of this size: a person 10 m away from a wide camera is still 5 by 14 pixels. */
export const MOTION_FRAME = { widthPixels: 160, heightPixels: 90 } as const;
export const MOTION_PIXELS = MOTION_FRAME.widthPixels * MOTION_FRAME.heightPixels;

/** The detector's published parameters. Brightness in levels of 0 to 255, times in seconds. */
export interface MotionParameters {
  /** A pixel differs when it is this far from the background, however quiet it has been. */
  differenceLevels: number;
  /** ... and this many times its own usual deviation: 5 mean deviations are 4 sigma of sensor noise. */
  differenceDeviations: number;
  /** A pixel's usual deviation counts up to here, so that a busy place is never blind to a large change. */
  deviationMaxLevels: number;
  /** Cells of 5 by 5 pixels, 32 by 18 of them; one is active when this many of its 25 pixels differ. */
  cellPixels: number;
  /** The smallest thing that counts: connected active cells, of 576; 3 are 0.5 % of the picture. */
  smallestCells: number;
  /** ... of which this many changed within `changeSeconds`: what only stands there, or has left a hole, does not move. */
  changedCells: number;
  changeSeconds: number;
  /** Motion begins when `beginFrames` of the last `windowFrames` show it and ends when none does. */
  beginFrames: number;
  windowFrames: number;
  /** When more of the picture changes than this the light was switched or the camera turned: learn anew. */
  globalPart: number;
  relearnSeconds: number;
  /** How fast the background follows: where nothing differs, where something does, and while it learns anew. */
  backgroundSeconds: number;
  coveredSeconds: number;
  learningSeconds: number;
  /** How fast a pixel's usual deviation follows: where nothing differs, and where something does (leaves, a screen). */
  deviationSeconds: number;
  busySeconds: number;
}

export const MOTION_PARAMETERS: MotionParameters = {
  differenceLevels: 14,
  differenceDeviations: 5,
  deviationMaxLevels: 12,
  cellPixels: 8,
  smallestCells: 3,
  changedCells: 2,
  changeSeconds: 0.45,
  beginFrames: 3,
  windowFrames: 5,
  globalPart: 0.6,
  relearnSeconds: 1.5,
  backgroundSeconds: 6,
  coveredSeconds: 45,
  learningSeconds: 0.4,
  deviationSeconds: 10,
  busySeconds: 40,
};
