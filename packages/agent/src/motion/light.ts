/** How the light of a frame relates to that of the background: frame = gain * background + offset. */
export interface Light {
  gain: number;
  offset: number;
}

/** Every seventh pixel says enough about the light of the whole: 2,057 of 14,400, on no column or row in particular. */
const STRIDE = 7;
const GAIN_MIN = 0.6;
const GAIN_MAX = 1.7;
/** Below this spread of brightness a gain cannot be told from an offset. */
const SPREAD_MIN_LEVELS = 6;

/**
 * Fits the light of a frame: first the median difference, then least squares over the pixels that agree with it, so
 * that a thing that moves in a third of the picture does not count as a change of light.
 */
export function fitLight(gray: Uint8Array, background: Float32Array): Light {
  const offset = medianDifference(gray, background);
  const deviations: number[] = [];
  for (let at = 0; at < gray.length; at += STRIDE)
    deviations.push(Math.abs((gray[at] ?? 0) - (background[at] ?? 0) - offset));
  deviations.sort((a, b) => a - b);
  const agreeing = 2 + 2 * (deviations[deviations.length >> 1] ?? 0);
  let count = 0;
  let sumX = 0;
  let sumY = 0;
  let sumXX = 0;
  let sumXY = 0;
  for (let at = 0; at < gray.length; at += STRIDE) {
    const x = background[at] ?? 0;
    const y = gray[at] ?? 0;
    if (Math.abs(y - x - offset) > agreeing || y <= 2 || y >= 253) continue;
    count += 1;
    sumX += x;
    sumY += y;
    sumXX += x * x;
    sumXY += x * y;
  }
  if (count < 50) return { gain: 1, offset };
  const variance = sumXX / count - (sumX / count) ** 2;
  if (variance < SPREAD_MIN_LEVELS ** 2) return { gain: 1, offset };
  const slope = (sumXY / count - (sumX / count) * (sumY / count)) / variance;
  const gain = Math.min(GAIN_MAX, Math.max(GAIN_MIN, slope));
  return { gain, offset: (sumY - gain * sumX) / count };
}

function medianDifference(gray: Uint8Array, background: Float32Array): number {
  const counts = new Uint16Array(511);
  let total = 0;
  for (let at = 0; at < gray.length; at += STRIDE) {
    const bin = Math.round((gray[at] ?? 0) - (background[at] ?? 0)) + 255;
    counts[bin] = (counts[bin] ?? 0) + 1;
    total += 1;
  }
  let seen = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    seen += counts[bin] ?? 0;
    if (seen * 2 >= total) return bin - 255;
  }
  return 0;
}
