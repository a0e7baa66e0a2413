import { blend, type Canvas, capsule, ellipse, type Point, paint, polygon, type Rgb } from './canvas.ts';

export type VisitorKind = 'walker' | 'cat' | 'ball';

/** Somebody on the pavement at one moment: `part` of the way from one side of the picture to the other, 0 to 1. */
export interface Visitor {
  kind: VisitorKind;
  part: number;
  /** 1 walks to the right, -1 to the left. */
  heading: 1 | -1;
  /** Which of a few coats, furs and colours. */
  look: number;
  seconds: number;
}

const PAVEMENT_Y = 334;
const BEYOND_EDGE_PIXELS = 60;

const COATS: readonly Rgb[] = [
  [186, 66, 58],
  [58, 104, 158],
  [198, 150, 62],
  [92, 132, 96],
];
const FURS: readonly Rgb[] = [
  [196, 128, 72],
  [64, 62, 70],
  [206, 200, 194],
];
const BALLS: readonly Rgb[] = [
  [228, 84, 72],
  [76, 150, 214],
  [236, 196, 84],
];

export function paintVisitor(canvas: Canvas, visitor: Visitor): void {
  const span = 640 + 2 * BEYOND_EDGE_PIXELS;
  const along = visitor.part * span - BEYOND_EDGE_PIXELS;
  const x = visitor.heading === 1 ? along : 640 - along;
  if (visitor.kind === 'walker') paintWalker(canvas, x, visitor);
  else if (visitor.kind === 'cat') paintCat(canvas, x, visitor);
  else paintBall(canvas, x, visitor);
}

const pick = (colours: readonly Rgb[], look: number): Rgb =>
  colours[look % colours.length] ?? [128, 128, 128];
const shadow = (canvas: Canvas, x: number, width: number, strength: number) =>
  paint(canvas, ellipse({ x, y: PAVEMENT_Y + 3 }, width, 4.5), [30, 28, 34], strength, 4);

function paintWalker(canvas: Canvas, x: number, { heading, look, seconds }: Visitor) {
  const coat = pick(COATS, look);
  const dark = blend(coat, [20, 20, 30], 0.45);
  const trousers: Rgb = [46, 48, 66];
  const step = Math.sin(seconds * 6.2);
  const lift = Math.abs(Math.cos(seconds * 6.2)) * 2.5;
  const hip: Point = { x, y: PAVEMENT_Y - 50 - lift };
  const neck: Point = { x: x + 2 * heading, y: hip.y - 42 };
  const leg = (swing: number, colour: Rgb) => {
    const foot = { x: x + swing * 19, y: PAVEMENT_Y - Math.max(0, -swing * heading) * 3 };
    const knee = { x: x + swing * 9 + 3 * heading, y: (hip.y + foot.y) / 2 };
    paint(canvas, capsule(hip, knee, 5.2), colour);
    paint(canvas, capsule(knee, foot, 4.2), colour);
    paint(canvas, capsule(foot, { x: foot.x + 7 * heading, y: foot.y }, 3), [30, 26, 28]);
  };
  const arm = (swing: number, colour: Rgb) => {
    const shoulder = { x: neck.x, y: neck.y + 7 };
    const elbow = { x: shoulder.x + swing * 9, y: shoulder.y + 17 };
    const hand = { x: elbow.x + swing * 7 + 4 * heading, y: elbow.y + 14 };
    paint(canvas, capsule(shoulder, elbow, 4), colour);
    paint(canvas, capsule(elbow, hand, 3.4), colour);
    paint(canvas, ellipse(hand, 3, 3), [212, 168, 142]);
  };
  shadow(canvas, x, 26, 0.5);
  arm(-step, dark);
  leg(-step, blend(trousers, [10, 10, 16], 0.4));
  leg(step, trousers);
  paint(canvas, capsule({ x: neck.x, y: neck.y + 9 }, { x: hip.x, y: hip.y + 2 }, 10.5), coat);
  paint(canvas, capsule({ x: hip.x - 6, y: hip.y + 5 }, { x: hip.x + 6, y: hip.y + 5 }, 6), coat);
  arm(step, blend(coat, [255, 255, 255], 0.12));
  const head = { x: neck.x + 2 * heading, y: neck.y - 9 };
  paint(canvas, capsule(neck, head, 3.5), [198, 152, 126]);
  paint(canvas, ellipse(head, 8, 9.5), [218, 174, 148]);
  paint(canvas, ellipse({ x: head.x - 2 * heading, y: head.y - 3.5 }, 8.2, 7.6), [54, 38, 34]);
}

function paintCat(canvas: Canvas, x: number, { heading, look, seconds }: Visitor) {
  const fur = pick(FURS, look);
  const dark = blend(fur, [16, 14, 20], 0.4);
  const back = PAVEMENT_Y - 20;
  shadow(canvas, x, 24, 0.4);
  for (const [offset, phase, colour] of [
    [-14, 0.6, dark],
    [12, 3.7, dark],
    [-11, 3.1, fur],
    [15, 0, fur],
  ] as const) {
    const swing = Math.sin(seconds * 9 + phase) * 6;
    const top = { x: x + offset * heading, y: back + 3 };
    paint(canvas, capsule(top, { x: top.x + swing, y: PAVEMENT_Y }, 2.6), colour);
  }
  const wave = Math.sin(seconds * 2.4) * 6;
  const root = { x: x - 19 * heading, y: back - 2 };
  const bend = { x: root.x - 10 * heading, y: root.y - 12 };
  paint(canvas, capsule(root, bend, 2.4), fur);
  paint(canvas, capsule(bend, { x: bend.x + wave * heading, y: bend.y - 13 }, 2.2), fur);
  paint(canvas, capsule({ x: x - 14 * heading, y: back }, { x: x + 14 * heading, y: back - 1 }, 8.5), fur);
  const head = { x: x + 24 * heading, y: back - 10 };
  paint(canvas, ellipse(head, 8.2, 7.2), fur);
  for (const side of [-5, 4])
    paint(
      canvas,
      polygon(
        { x: head.x + side - 3, y: head.y - 4 },
        { x: head.x + side, y: head.y - 13 },
        { x: head.x + side + 3.5, y: head.y - 4 },
      ),
      dark,
    );
  paint(canvas, ellipse({ x: head.x + 4 * heading, y: head.y - 1 }, 1.3, 1.6), [214, 224, 120]);
}

function paintBall(canvas: Canvas, x: number, { heading, look, part, seconds }: Visitor) {
  const colour = pick(BALLS, look);
  const bounce = Math.abs(Math.sin(seconds * 3.1)) * 90 * (1 - 0.6 * part);
  const centre = { x, y: PAVEMENT_Y - 15 - bounce };
  shadow(canvas, x, 17 - bounce * 0.06, 0.45 - bounce * 0.002);
  paint(canvas, ellipse(centre, 16, 16), colour);
  const turn = seconds * 4 * heading;
  const stripe = { x: Math.cos(turn) * 13, y: Math.sin(turn) * 13 };
  paint(
    canvas,
    capsule(
      { x: centre.x - stripe.x, y: centre.y - stripe.y },
      { x: centre.x + stripe.x, y: centre.y + stripe.y },
      2.6,
    ),
    [244, 240, 232],
    0.9,
  );
  paint(canvas, ellipse({ x: centre.x - 5, y: centre.y - 6 }, 5, 4), [255, 250, 240], 0.45, 5);
}
