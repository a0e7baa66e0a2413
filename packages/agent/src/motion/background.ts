import { fitLight, type Light } from './light.ts';
import { MOTION_PIXELS, type MotionParameters } from './parameters.ts';

/** Sensor noise after scaling down is about this before anything is known of a pixel. */
const FIRST_DEVIATION_LEVELS = 2;

const weight = (elapsedSeconds: number, lastingSeconds: number): number =>
  1 - Math.exp(-elapsedSeconds / lastingSeconds);

/** What the picture looks like when nothing moves, and how far each pixel usually strays from it. */
export function createBackground(parameters: MotionParameters) {
  const usual = new Float32Array(MOTION_PIXELS);
  const deviation = new Float32Array(MOTION_PIXELS).fill(FIRST_DEVIATION_LEVELS);
  /** The frame in the light of the background. */
  let lit = new Float32Array(MOTION_PIXELS);
  let light: Light = { gain: 1, offset: 0 };

  return {
    /** Forgets all but this frame. */
    learnAnew(gray: Uint8Array): void {
      usual.set(gray);
      deviation.fill(FIRST_DEVIATION_LEVELS);
    },
    /** The pixels that differ by more than they usually do (1) and the frame as it would be in the usual light. */
    compare(gray: Uint8Array): { differs: Uint8Array; lit: Float32Array } {
      light = fitLight(gray, usual);
      lit = new Float32Array(MOTION_PIXELS);
      const differs = new Uint8Array(MOTION_PIXELS);
      const { differenceLevels, differenceDeviations } = parameters;
      for (let at = 0; at < MOTION_PIXELS; at++) {
        const value = ((gray[at] ?? 0) - light.offset) / light.gain;
        lit[at] = value;
        const limit = Math.max(differenceLevels, differenceDeviations * (deviation[at] ?? 0));
        if (Math.abs(value - (usual[at] ?? 0)) > limit) differs[at] = 1;
      }
      return { differs, lit };
    },
    /** Learns from the frame that was compared last; `covered` marks pixels where something is in front. */
    follow(gray: Uint8Array, covered: (at: number) => boolean, elapsedSeconds: number, learning: boolean) {
      const slow = weight(elapsedSeconds, parameters.coveredSeconds);
      const quick = weight(
        elapsedSeconds,
        learning ? parameters.learningSeconds : parameters.backgroundSeconds,
      );
      const busy = weight(elapsedSeconds, parameters.busySeconds);
      const calm = weight(elapsedSeconds, parameters.deviationSeconds);
      for (let at = 0; at < MOTION_PIXELS; at++) {
        const before = usual[at] ?? 0;
        const inFront = !learning && covered(at);
        // Behind a thing the background follows the light, as it does elsewhere, and only slowly the thing itself.
        const inThisLight = before * light.gain + light.offset;
        const seen = gray[at] ?? 0;
        usual[at] = inFront
          ? before + (inThisLight - before) * quick + (seen - before) * slow
          : before + (seen - before) * quick;
        const stray = Math.abs((lit[at] ?? 0) - before);
        const known = deviation[at] ?? 0;
        const next = known + (stray - known) * (inFront ? busy : calm);
        deviation[at] = Math.min(next, parameters.deviationMaxLevels);
      }
    },
  };
}
