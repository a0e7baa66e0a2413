import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const FIXTURES = join(import.meta.dirname, '../fixtures');

/** The colours of the fixture, one per second, as they were asked for: red, green, blue of 0 to 255. */
export const COLOURS = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [255, 255, 0],
  [255, 0, 255],
  [0, 255, 255],
  [255, 255, 255],
  [128, 128, 128],
  [255, 128, 0],
  [128, 0, 128],
  [0, 0, 128],
  [128, 128, 0],
] as const;

export const CLIP_TYPE = 'video/mp4; codecs="avc1.42c00d,mp4a.40.2"';
export const CLIP_SECONDS = COLOURS.length;

const bytesOf = (name: string) => new Uint8Array(readFileSync(join(FIXTURES, name)));

/** The whole clip as a file. */
export const clipFile = (): Uint8Array<ArrayBuffer> => bytesOf('colours.mp4');
/** A picture of one colour. */
export const colourPicture = (colour: number): Uint8Array<ArrayBuffer> => bytesOf(`${colour}.jpg`);

export interface Piece {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where a picture that can be decoded by itself begins with the piece. */
  readonly keyAtMilliseconds: number | null;
}

/** The clip as the recorder hands it on: the init segment, then one piece a second, each in two halves. */
export function clipPieces(): Piece[] {
  const file = clipFile();
  const view = new DataView(file.buffer);
  const starts: number[] = [];
  for (let offset = 0; offset < file.length; ) {
    const length = view.getUint32(offset);
    const type = new TextDecoder().decode(file.subarray(offset + 4, offset + 8));
    if (type === 'moof' || type === 'mfra') starts.push(offset);
    offset += length;
  }
  const pieces: Piece[] = [{ bytes: file.slice(0, starts[0]), keyAtMilliseconds: null }];
  for (const [second, start] of starts.slice(0, -1).entries()) {
    const end = starts[second + 1] ?? file.length;
    const middle = start + Math.floor((end - start) / 2);
    pieces.push({ bytes: file.slice(start, middle), keyAtMilliseconds: second * 1000 });
    pieces.push({ bytes: file.slice(middle, end), keyAtMilliseconds: null });
  }
  return pieces;
}
