import {
  blend,
  type Canvas,
  capsule,
  ellipse,
  newCanvas,
  paint,
  polygon,
  type Rgb,
  rectangle,
} from './canvas.ts';
import { seeded } from './chance.ts';

const HORIZON = 188;
const SKY_TOP: Rgb = [24, 34, 66];
const SKY_MIDDLE: Rgb = [92, 84, 122];
const SKY_LOW: Rgb = [232, 158, 108];
const LAMP: Rgb = [255, 214, 150];

/** A front garden at dusk: what the demo camera looks at when nobody is there. Painted once. */
export function paintLandscape(seed: number): Canvas {
  const canvas = newCanvas();
  const chance = seeded(seed);
  paintSky(canvas, chance);
  paintGround(canvas, chance);
  paintTree(canvas, chance);
  paintHouse(canvas);
  paintFence(canvas);
  return canvas;
}

function paintSky(canvas: Canvas, chance: () => number) {
  paint(canvas, rectangle(-2, -2, 644, HORIZON + 20), (_x, y) => {
    const part = Math.min(1, Math.max(0, y / HORIZON));
    return part < 0.55
      ? blend(SKY_TOP, SKY_MIDDLE, part / 0.55)
      : blend(SKY_MIDDLE, SKY_LOW, ((part - 0.55) / 0.45) ** 1.3);
  });
  for (let star = 0; star < 36; star++) {
    const place = { x: chance() * 640, y: chance() ** 1.5 * 95 };
    paint(canvas, ellipse(place, 0.9, 0.9), [235, 235, 250], 0.25 + 0.6 * chance());
  }
  paint(canvas, ellipse({ x: 262, y: 52 }, 34, 34), [210, 214, 235], 0.16, 50);
  paint(canvas, ellipse({ x: 262, y: 52 }, 14, 14), [240, 238, 224], 0.95);
  paint(canvas, ellipse({ x: 256, y: 48 }, 12.5, 12.5), [52, 58, 94], 0.96);
  paint(canvas, ellipse({ x: 110, y: 216 }, 210, 52), [62, 58, 88]);
  paint(canvas, ellipse({ x: 400, y: 222 }, 260, 58), [50, 50, 74]);
}

function paintGround(canvas: Canvas, chance: () => number) {
  paint(canvas, rectangle(-2, HORIZON + 4, 644, 200), (_x, y) =>
    blend([52, 74, 58], [26, 44, 34], Math.min(1, (y - HORIZON) / 120)),
  );
  for (let tuft = 0; tuft < 260; tuft++) {
    const y = HORIZON + 12 + chance() * 112;
    const x = chance() * 640;
    const height = 2 + (y - HORIZON) / 22;
    const shade = 0.5 + chance() * 0.5;
    const tip = { x: x + (chance() - 0.5) * 3, y: y - height };
    paint(canvas, capsule({ x, y }, tip, 0.7), [60 * shade, 92 * shade, 62 * shade], 0.6);
  }
  // The garden path from the door, then the pavement and the street in front.
  paint(
    canvas,
    polygon({ x: 446, y: 232 }, { x: 492, y: 232 }, { x: 476, y: 312 }, { x: 360, y: 312 }),
    (_x, y) => blend([122, 108, 100], [92, 86, 88], (y - 232) / 80),
  );
  paint(canvas, rectangle(-2, 306, 644, 60), (_x, y) => blend([104, 98, 98], [78, 76, 82], (y - 306) / 54));
  for (let slab = 0; slab < 11; slab++) {
    const x = slab * 64 - 10;
    paint(canvas, capsule({ x, y: 307 }, { x: x - 16, y: 345 }, 0.6), [58, 56, 60], 0.7);
  }
  paint(canvas, rectangle(-2, 305, 644, 2), [140, 130, 122], 0.5);
  paint(canvas, rectangle(-2, 345, 644, 20), [44, 45, 52]);
  paint(canvas, rectangle(-2, 344, 644, 2.5), [128, 122, 120], 0.8);
}

function paintTree(canvas: Canvas, chance: () => number) {
  const bark: Rgb = [38, 30, 32];
  paint(canvas, capsule({ x: 92, y: 262 }, { x: 96, y: 160 }, 7), bark);
  paint(canvas, capsule({ x: 95, y: 190 }, { x: 124, y: 146 }, 3.5), bark);
  paint(canvas, capsule({ x: 95, y: 182 }, { x: 66, y: 142 }, 3.5), bark);
  for (let leaf = 0; leaf < 46; leaf++) {
    const angle = chance() * Math.PI * 2;
    const reach = Math.sqrt(chance());
    const place = { x: 96 + Math.cos(angle) * reach * 60, y: 116 + Math.sin(angle) * reach * 46 };
    const lit = 0.6 + 0.5 * chance() + (place.y < 110 ? 0.1 : 0);
    const size = 13 + chance() * 10;
    paint(canvas, ellipse(place, size, size * 0.8), [28 * lit, 48 * lit, 42 * lit], 0.92, 3);
  }
}

function paintHouse(canvas: Canvas) {
  const wall: Rgb = [126, 104, 100];
  paint(canvas, rectangle(352, 128, 236, 108), (x, y) =>
    blend(wall, [88, 74, 82], Math.min(1, Math.abs(x - 470) / 170 + (180 - y) / 400)),
  );
  paint(
    canvas,
    polygon({ x: 330, y: 132 }, { x: 384, y: 70 }, { x: 560, y: 70 }, { x: 612, y: 132 }),
    (_x, y) => blend([58, 46, 58], [78, 58, 62], (y - 70) / 62),
  );
  for (let row = 0; row < 6; row++) paint(canvas, rectangle(340, 80 + row * 9, 262, 1), [40, 34, 46], 0.35);
  paint(canvas, rectangle(534, 50, 20, 34), [84, 60, 60]);
  paint(canvas, rectangle(531, 48, 26, 5), [66, 50, 54]);
  for (const x of [374, 524]) {
    paint(canvas, rectangle(x - 22, 136, 92, 84), LAMP, 0.1, 36);
    paint(canvas, rectangle(x - 3, 152, 54, 46), [60, 46, 46]);
    paint(canvas, rectangle(x, 155, 48, 40), (_x, y) =>
      blend([255, 222, 154], [238, 176, 98], (y - 155) / 40),
    );
    paint(canvas, rectangle(x, 155, 12, 40), [196, 120, 88], 0.6);
    paint(canvas, rectangle(x + 36, 155, 12, 40), [196, 120, 88], 0.6);
    paint(canvas, rectangle(x + 23, 155, 2, 40), [70, 52, 50]);
    paint(canvas, rectangle(x, 174, 48, 2), [70, 52, 50]);
    paint(canvas, rectangle(x - 5, 198, 58, 4), [150, 130, 122]);
  }
  paint(canvas, rectangle(446, 158, 46, 76), [64, 48, 48]);
  paint(canvas, rectangle(450, 162, 38, 72), [46, 82, 84]);
  paint(canvas, rectangle(455, 168, 28, 22, 2), [252, 214, 146], 0.9);
  paint(canvas, rectangle(455, 198, 28, 30, 2), [38, 68, 72]);
  paint(canvas, ellipse({ x: 484, y: 202 }, 2, 2), [222, 190, 120]);
  paint(canvas, rectangle(438, 234, 62, 5), [150, 136, 128]);
  // The porch lamp, its glow on wall and path.
  paint(canvas, ellipse({ x: 504, y: 164 }, 52, 58), LAMP, 0.5, 90);
  paint(canvas, ellipse({ x: 452, y: 258 }, 66, 24), LAMP, 0.3, 44);
  paint(canvas, rectangle(500, 156, 8, 14, 2), [255, 240, 206]);
  paint(canvas, rectangle(498, 152, 12, 4), [44, 38, 42]);
  for (const [x, size] of [
    [346, 20],
    [370, 15],
    [566, 18],
    [590, 22],
  ] as const) {
    paint(canvas, ellipse({ x, y: 232 }, size, size * 0.72), [30, 52, 42], 1, 2);
    paint(canvas, ellipse({ x: x + 3, y: 227 }, size * 0.6, size * 0.4), [44, 70, 52], 0.7, 5);
  }
}

function paintFence(canvas: Canvas) {
  const wood = (y: number): Rgb => blend([150, 138, 132], [104, 98, 102], (y - 246) / 50);
  const stretch = (from: number, to: number) => {
    paint(canvas, rectangle(from, 262, to - from, 4), (_x, y) => wood(y), 0.95);
    paint(canvas, rectangle(from, 284, to - from, 4), (_x, y) => wood(y), 0.95);
    for (let x = from; x <= to; x += 13) {
      paint(canvas, rectangle(x, 250, 7, 52), (_x, y) => wood(y));
      paint(canvas, polygon({ x, y: 250.5 }, { x: x + 3.5, y: 244 }, { x: x + 7, y: 250.5 }), wood(246));
    }
  };
  stretch(-6, 346);
  stretch(490, 646);
  paint(canvas, rectangle(524, 238, 5, 66), [70, 56, 54]);
  paint(canvas, rectangle(514, 226, 26, 16, 4), [156, 60, 56]);
}
