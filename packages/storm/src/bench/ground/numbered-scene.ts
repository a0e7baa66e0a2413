import { checkOf } from './squares.ts';

/** A picture of a street camera that carries its own number, so that whoever sees it can say which one it is. */
export const SCENE = {
  widthPixels: 1920,
  heightPixels: 1080,
  framesPerSecond: 15,
  squarePixels: 64,
  numberBits: 12,
  checkBits: 4,
} as const;

const { widthPixels: WIDTH, heightPixels: HEIGHT, squarePixels: SQUARE } = SCENE;
const LUMA_BYTES = WIDTH * HEIGHT;
const NOISE_BYTES = 1 << 21;
const BLACK = 24;
const WHITE = 228;

/** A stream of numbers below 1 that is the same for the same seed (mulberry32). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function fill(picture: Uint8Array, left: number, top: number, width: number, height: number, light: number) {
  for (let y = Math.max(0, top); y < Math.min(HEIGHT, top + height); y++) {
    const row = y * WIDTH;
    picture.fill(light, row + Math.max(0, left), row + Math.max(0, Math.min(WIDTH, left + width)));
  }
}

/** Walls, windows and gravel: what a key frame has to say much about. */
function paintBackground(random: () => number): Uint8Array {
  const picture = new Uint8Array(LUMA_BYTES);
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++)
      picture[y * WIDTH + x] = 70 + (y * 70) / HEIGHT + (y > HEIGHT / 2 ? random() * 26 : 0);
  for (let house = 0; house < 40; house++) {
    const left = Math.floor(random() * WIDTH);
    const top = Math.floor(random() * HEIGHT * 0.6);
    fill(
      picture,
      left,
      top,
      40 + Math.floor(random() * 200),
      30 + Math.floor(random() * 120),
      50 + random() * 150,
    );
  }
  return picture;
}

/**
 * Draws the frames of the scene, one after the other, as planar YUV 4:2:0. The bytes are valid until the next call;
 * the same number gives the same picture.
 */
export function createScene(): (number: number) => Buffer {
  const random = chance(2026);
  const background = paintBackground(random);
  const noise = Int8Array.from({ length: NOISE_BYTES }, () => Math.round((random() + random() - 1) * 3));
  const bytes = Buffer.alloc(LUMA_BYTES * 1.5, 128);

  return (number) => {
    const shift = (number * 104_729) % NOISE_BYTES;
    for (let at = 0; at < LUMA_BYTES; at++)
      bytes[at] = (background[at] ?? 0) + (noise[(at + shift) & (NOISE_BYTES - 1)] ?? 0);
    // Somebody walks, a car passes every eight seconds, and a branch waves.
    fill(bytes, (number * 4) % WIDTH, 560 + Math.round(Math.sin(number / 4) * 6), 90, 300, 190);
    fill(bytes, ((number * 30) % (WIDTH * 2)) - 400, 760, 380, 150, 60);
    fill(bytes, 1500 + Math.round(Math.sin(number / 9) * 40), 120, 240, 24, 40);
    const told = number | (checkOf(number, SCENE) << SCENE.numberBits);
    for (let bit = 0; bit < SCENE.numberBits + SCENE.checkBits; bit++)
      fill(bytes, bit * SQUARE, 0, SQUARE, SQUARE, (told >> bit) & 1 ? WHITE : BLACK);
    return bytes;
  };
}
