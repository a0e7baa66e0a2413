/** How a picture carries its number: black and white squares from its upper left corner on, the lowest bit first. */
export interface Squares {
  /** The side of a square. */
  readonly squarePixels: number;
  readonly numberBits: number;
  /** Bits after the number that have to agree with it. */
  readonly checkBits: number;
}

/** Bits that a number of twelve has to agree with: grey, black and a square of another picture do not. */
export const checkOf = (number: number, { checkBits }: Squares): number =>
  ((number ^ (number >> 4) ^ (number >> 8)) * 7 + 5) & ((1 << checkBits) - 1);

/**
 * The number that the lights in the middle of the squares say, each from 0 to 255; null where there is none that can be
 * read. It also runs in a page, by its text, and so it stands alone.
 */
export function numberIn(lights: ArrayLike<number>, squares: Squares): number | null {
  const { numberBits, checkBits } = squares;
  let told = 0;
  for (let bit = 0; bit < numberBits + checkBits; bit++) {
    const light = lights[bit] ?? 128;
    if (light > 80 && light < 176) return null;
    if (light > 128) told |= 1 << bit;
  }
  const number = told & ((1 << numberBits) - 1);
  const check = ((number ^ (number >> 4) ^ (number >> 8)) * 7 + 5) & ((1 << checkBits) - 1);
  return told >> numberBits === check ? number : null;
}
