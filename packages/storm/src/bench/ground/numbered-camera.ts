import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { BENCH_PACKAGES, meetRequirements } from '../../../../../tools/testing/requirements.ts';
import type { BenchContext } from '../suite.ts';
import { createPictureClock, type PictureClock } from './picture-clock.ts';
import type { Squares } from './squares.ts';

const SCRIPT = fileURLToPath(new URL('numbered-camera.py', import.meta.url));

/** The number of a picture is as broad as this at every size: twelve bits last for 273 s at 15 pictures a second. */
const NUMBER = { numberBits: 12, checkBits: 4 } as const;

export interface CameraMake {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  readonly kilobitsPerSecond: number;
  readonly squares: Squares;
}

export const SMALL_CAMERA: CameraMake = {
  name: '640x360',
  width: 640,
  height: 360,
  framesPerSecond: 15,
  kilobitsPerSecond: 1_000,
  squares: { squarePixels: 32, ...NUMBER },
};
export const LARGE_CAMERA: CameraMake = {
  name: '1080p',
  width: 1920,
  height: 1080,
  framesPerSecond: 15,
  kilobitsPerSecond: 4_000,
  squares: { squarePixels: 64, ...NUMBER },
};
const KEY_FRAME_SECONDS = 2;

/** The scene moves for a while, and is still and without a number until the next time. In pictures. */
export interface Moves {
  readonly every: number;
  readonly for: number;
  /** The first picture of one of the moves. */
  readonly from: number;
}

export interface NumberedCamera {
  readonly url: string;
  readonly make: CameraMake;
  /** When each picture was handed to the encoder. */
  readonly clock: PictureClock;
}

/** An RTSP camera of which every picture is numbered and timed. It is an encoder of its own, in a process of its own. */
export async function startNumberedCamera(
  { afterwards }: BenchContext,
  make: CameraMake,
  moves?: Moves,
): Promise<NumberedCamera> {
  const lacking = await meetRequirements(BENCH_PACKAGES);
  if (lacking !== undefined) throw new Error(lacking);
  const options = {
    width: make.width,
    height: make.height,
    fps: make.framesPerSecond,
    kilobits: make.kilobitsPerSecond,
    'key-frame-every': make.framesPerSecond * KEY_FRAME_SECONDS,
    square: make.squares.squarePixels,
    'number-bits': make.squares.numberBits,
    'check-bits': make.squares.checkBits,
    ...(moves === undefined
      ? {}
      : { 'moves-every': moves.every, 'moves-for': moves.for, 'moves-from': moves.from }),
  };
  const parameters = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const camera = spawn('/usr/bin/python3', [SCRIPT, ...parameters], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => {
    camera.once('close', () => resolve());
    camera.once('error', () => resolve());
  });
  afterwards(async () => {
    camera.kill('SIGKILL');
    await ended;
  });
  const clock = createPictureClock(1 << make.squares.numberBits);
  const lines = createInterface({ input: camera.stdout });
  const [first] = await Promise.race([
    once(lines, 'line'),
    ended.then(() => {
      throw new Error('The camera of the benchmarks has ended before it was ready.');
    }),
  ]);
  lines.on('line', (line) => {
    const [number, seconds] = line.split(' ').map(Number);
    if (number !== undefined && seconds !== undefined) clock.encoded(number, seconds * 1000);
  });
  const port = Number(/^ready (\d+)$/.exec(String(first))?.[1]);
  return { url: `rtsp://127.0.0.1:${port}/cam`, make, clock };
}
