import type { PictureBox } from '../recorder/recording.ts';
import { MOTION_FRAME } from './parameters.ts';

export const CELL_PIXELS = 5;
export const CELL_COLUMNS = MOTION_FRAME.widthPixels / CELL_PIXELS;
export const CELL_ROWS = MOTION_FRAME.heightPixels / CELL_PIXELS;
export const CELLS = CELL_COLUMNS * CELL_ROWS;

/** The cell of each pixel. */
export const CELL_OF_PIXEL = Uint16Array.from(
  { length: MOTION_FRAME.widthPixels * MOTION_FRAME.heightPixels },
  (_, at) =>
    Math.floor(Math.floor(at / MOTION_FRAME.widthPixels) / CELL_PIXELS) * CELL_COLUMNS +
    Math.floor((at % MOTION_FRAME.widthPixels) / CELL_PIXELS),
);

/** The cells in which at least `pixels` pixels are marked. */
export function cellsWith(marked: Uint8Array, pixels: number): Uint8Array {
  const counts = new Uint8Array(CELLS);
  for (let at = 0; at < marked.length; at++) {
    const cell = CELL_OF_PIXEL[at] ?? 0;
    counts[cell] = (counts[cell] ?? 0) + (marked[at] ?? 0);
  }
  return counts.map((count) => (count >= pixels ? 1 : 0));
}

/** The groups of active cells that touch, corners included. */
export function connectedCells(active: Uint8Array): number[][] {
  const seen = new Uint8Array(active.length);
  const groups: number[][] = [];
  for (let first = 0; first < active.length; first++) {
    if (!active[first] || seen[first]) continue;
    const group = [first];
    seen[first] = 1;
    // The list grows while it is walked: every cell enters it once.
    for (const cell of group) {
      for (const near of neighbours(cell)) {
        if (!active[near] || seen[near]) continue;
        seen[near] = 1;
        group.push(near);
      }
    }
    groups.push(group);
  }
  return groups;
}

function neighbours(cell: number): number[] {
  const column = cell % CELL_COLUMNS;
  const row = (cell - column) / CELL_COLUMNS;
  const near: number[] = [];
  for (let down = -1; down <= 1; down++) {
    for (let right = -1; right <= 1; right++) {
      const x = column + right;
      const y = row + down;
      if (x >= 0 && x < CELL_COLUMNS && y >= 0 && y < CELL_ROWS) near.push(y * CELL_COLUMNS + x);
    }
  }
  return near;
}

/** The smallest box around cells, as parts of the picture. */
export function boxAround(cells: number[]): PictureBox {
  const columns = cells.map((cell) => cell % CELL_COLUMNS);
  const rows = cells.map((cell) => Math.floor(cell / CELL_COLUMNS));
  const left = Math.min(...columns);
  const top = Math.min(...rows);
  return {
    x: left / CELL_COLUMNS,
    y: top / CELL_ROWS,
    width: (Math.max(...columns) - left + 1) / CELL_COLUMNS,
    height: (Math.max(...rows) - top + 1) / CELL_ROWS,
  };
}
