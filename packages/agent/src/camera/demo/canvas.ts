export const DEMO_PICTURE = { widthPixels: 640, heightPixels: 360 } as const;
const WIDTH = DEMO_PICTURE.widthPixels;
const HEIGHT = DEMO_PICTURE.heightPixels;
const LUMA_BYTES = WIDTH * HEIGHT;
const CHROMA_BYTES = LUMA_BYTES / 4;

export type Rgb = readonly [number, number, number];
export interface Point {
  x: number;
  y: number;
}

/** How far a point is from the edge of a shape, in pixels; below zero inside. */
export interface Shape {
  left: number;
  top: number;
  right: number;
  bottom: number;
  distance: (x: number, y: number) => number;
}

/** One picture as planar YUV 4:2:0, which the encoder takes as it is. */
export interface Canvas {
  bytes: Buffer;
}

export const newCanvas = (): Canvas => ({ bytes: Buffer.alloc(LUMA_BYTES + 2 * CHROMA_BYTES, 128) });

/** BT.601, video range. */
const toYuv = ([r, g, b]: Rgb): Rgb => [
  16 + 0.257 * r + 0.504 * g + 0.098 * b,
  128 - 0.148 * r - 0.291 * g + 0.439 * b,
  128 + 0.439 * r - 0.368 * g - 0.071 * b,
];

/**
 * Paints a shape with soft edges. `colour` may depend on the place; `strength` is from 0 to 1. `softPixels` is how wide
 * the edge is: a large one makes a glow.
 */
export function paint(
  canvas: Canvas,
  shape: Shape,
  colour: Rgb | ((x: number, y: number) => Rgb),
  strength = 1,
  softPixels = 1,
): void {
  const at = typeof colour === 'function' ? (x: number, y: number) => toYuv(colour(x, y)) : null;
  const flat = typeof colour === 'function' ? null : toYuv(colour);
  const coverage = (x: number, y: number) =>
    Math.min(1, Math.max(0, 0.5 - shape.distance(x, y) / softPixels)) * strength;
  const margin = softPixels / 2 + 1;
  const left = Math.max(0, Math.floor((shape.left - margin) / 2) * 2);
  const top = Math.max(0, Math.floor((shape.top - margin) / 2) * 2);
  const right = Math.min(WIDTH, shape.right + margin);
  const bottom = Math.min(HEIGHT, shape.bottom + margin);
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const cover = coverage(x + 0.5, y + 0.5);
      if (cover > 0) mix(canvas, y * WIDTH + x, (at?.(x, y) ?? flat)?.[0] ?? 0, cover);
    }
  }
  for (let y = top / 2; y < bottom / 2; y++) {
    for (let x = left / 2; x < right / 2; x++) {
      const cover = coverage(2 * x + 1, 2 * y + 1);
      if (cover <= 0) continue;
      const yuv = at?.(2 * x, 2 * y) ?? flat;
      const place = LUMA_BYTES + y * (WIDTH / 2) + x;
      mix(canvas, place, yuv?.[1] ?? 128, cover);
      mix(canvas, place + CHROMA_BYTES, yuv?.[2] ?? 128, cover);
    }
  }
}

function mix(canvas: Canvas, at: number, value: number, cover: number) {
  const before = canvas.bytes[at] ?? 0;
  canvas.bytes[at] = before + (value - before) * cover + 0.5;
}

export const ellipse = (centre: Point, radiusX: number, radiusY: number): Shape => ({
  left: centre.x - radiusX,
  right: centre.x + radiusX,
  top: centre.y - radiusY,
  bottom: centre.y + radiusY,
  distance: (x, y) =>
    (Math.hypot((x - centre.x) / radiusX, (y - centre.y) / radiusY) - 1) * Math.min(radiusX, radiusY),
});

export const rectangle = (left: number, top: number, width: number, height: number, round = 0): Shape => ({
  left,
  top,
  right: left + width,
  bottom: top + height,
  distance: (x, y) => {
    const beyondX = Math.abs(x - left - width / 2) - width / 2 + round;
    const beyondY = Math.abs(y - top - height / 2) - height / 2 + round;
    return (
      Math.hypot(Math.max(beyondX, 0), Math.max(beyondY, 0)) + Math.min(Math.max(beyondX, beyondY), 0) - round
    );
  },
});

/** A thick line with round ends: limbs, tails, branches. */
export function capsule(from: Point, to: Point, radius: number): Shape {
  const along = { x: to.x - from.x, y: to.y - from.y };
  const length2 = along.x ** 2 + along.y ** 2 || 1;
  return {
    left: Math.min(from.x, to.x) - radius,
    right: Math.max(from.x, to.x) + radius,
    top: Math.min(from.y, to.y) - radius,
    bottom: Math.max(from.y, to.y) + radius,
    distance: (x, y) => {
      const part = Math.min(1, Math.max(0, ((x - from.x) * along.x + (y - from.y) * along.y) / length2));
      return Math.hypot(x - from.x - along.x * part, y - from.y - along.y * part) - radius;
    },
  };
}

/** A convex polygon, its corners clockwise on the screen. */
export function polygon(...corners: Point[]): Shape {
  const edges = corners.map((from, index) => {
    const to = corners[(index + 1) % corners.length] ?? from;
    const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
    return { from, normalX: (to.y - from.y) / length, normalY: -(to.x - from.x) / length };
  });
  return {
    left: Math.min(...corners.map((corner) => corner.x)),
    right: Math.max(...corners.map((corner) => corner.x)),
    top: Math.min(...corners.map((corner) => corner.y)),
    bottom: Math.max(...corners.map((corner) => corner.y)),
    distance: (x, y) =>
      Math.max(...edges.map(({ from, normalX, normalY }) => (x - from.x) * normalX + (y - from.y) * normalY)),
  };
}

export const blend = (from: Rgb, to: Rgb, part: number): Rgb => [
  from[0] + (to[0] - from[0]) * part,
  from[1] + (to[1] - from[1]) * part,
  from[2] + (to[2] - from[2]) * part,
];
