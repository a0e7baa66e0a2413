import { type Canvas, paint, type Rgb, rectangle } from './canvas.ts';

/** Five by seven dots, a row per number, the leftmost dot in the highest of five bits. */
const GLYPHS: Readonly<Record<string, readonly number[]>> = {
  '0': [14, 17, 19, 21, 25, 17, 14],
  '1': [4, 12, 4, 4, 4, 4, 14],
  '2': [14, 17, 1, 2, 4, 8, 31],
  '3': [31, 2, 4, 2, 1, 17, 14],
  '4': [2, 6, 10, 18, 31, 2, 2],
  '5': [31, 16, 30, 1, 1, 17, 14],
  '6': [6, 8, 16, 30, 17, 17, 14],
  '7': [31, 1, 2, 4, 8, 8, 8],
  '8': [14, 17, 17, 14, 17, 17, 14],
  '9': [14, 17, 17, 15, 1, 2, 12],
  ':': [0, 12, 12, 0, 12, 12, 0],
  D: [28, 18, 17, 17, 17, 18, 28],
  E: [31, 16, 16, 30, 16, 16, 31],
  M: [17, 27, 21, 21, 17, 17, 17],
  O: [14, 17, 17, 17, 17, 17, 14],
};
const DOT = 2;
const ADVANCE = 6 * DOT;
const INK: Rgb = [244, 242, 236];

/** Writes letters and digits that the table has; all others are blanks. */
export function write(canvas: Canvas, text: string, left: number, top: number): void {
  for (const [index, letter] of [...text].entries()) {
    const rows = GLYPHS[letter] ?? [];
    for (const [row, dots] of rows.entries()) {
      for (let column = 0; column < 5; column++) {
        if (!(dots & (16 >> column))) continue;
        const x = left + index * ADVANCE + column * DOT;
        paint(canvas, rectangle(x, top + row * DOT, DOT, DOT), INK, 0.95);
      }
    }
  }
}

export const widthOf = (text: string): number => text.length * ADVANCE - DOT;

/** The hour of the wall clock, as cameras burn it in. */
export function clockText(now: number): string {
  const time = new Date(now);
  return [time.getHours(), time.getMinutes(), time.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}
