import { concat } from '@nightlatch/vault/encoding';

/**
 * Taking the sound out of what is played while it is not heard: a buffer with sound plays no picture where the sound is
 * late or missing, and waits for a fifth of a second of it in any case. Boxes are those of ISO 14496-12.
 */

type Bytes = Uint8Array<ArrayBuffer>;

interface Box {
  readonly type: string;
  /** The whole box. */
  readonly bytes: Bytes;
  readonly content: Bytes;
}

const HEADER_BYTES = 8;
const BOXES_MAX = 256;

function boxesOf(bytes: Bytes): Box[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const boxes: Box[] = [];
  for (let at = 0; at + HEADER_BYTES <= bytes.length && boxes.length < BOXES_MAX; ) {
    const length = view.getUint32(at);
    if (length < HEADER_BYTES || at + length > bytes.length) break;
    const whole = bytes.subarray(at, at + length);
    const type = String.fromCharCode(...whole.subarray(4, HEADER_BYTES));
    boxes.push({ type, bytes: whole, content: whole.subarray(HEADER_BYTES) });
    at += length;
  }
  return boxes;
}

function boxOf(type: string, boxes: readonly Box[]): Bytes {
  const content = concat(...boxes.map(({ bytes }) => bytes));
  const header = new Uint8Array(HEADER_BYTES);
  new DataView(header.buffer).setUint32(0, HEADER_BYTES + content.length);
  for (let at = 0; at < 4; at++) header[4 + at] = type.charCodeAt(at);
  return concat(header, content);
}

/** The first box of the types, one inside the other. */
function inside(bytes: Bytes, ...types: readonly string[]): Bytes | null {
  let here = bytes;
  for (const type of types) {
    const found = boxesOf(here).find((box) => box.type === type);
    if (found === undefined) return null;
    here = found.content;
  }
  return here;
}

const numberAt = (bytes: Bytes | null, at: number): number | null =>
  bytes === null || bytes.length < at + 4
    ? null
    : new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at);

/** Where the number of a track stands in its header: after the times, which are longer in version 1. */
function trackOfHeader(header: Bytes | null): number | null {
  return numberAt(header, header?.[0] === 1 ? 20 : 12);
}

const isSound = (trak: Bytes): boolean => {
  const handler = inside(trak, 'mdia', 'hdlr')?.subarray(8, 12);
  return handler !== undefined && String.fromCharCode(...handler) === 'soun';
};

/** The init segment without its tracks of sound, and their numbers. */
export function withoutSound(segment: Bytes): {
  readonly segment: Bytes;
  readonly tracks: ReadonlySet<number>;
} {
  const tracks = new Set<number>();
  for (const { type, content } of boxesOf(inside(segment, 'moov') ?? new Uint8Array(0))) {
    const track = type === 'trak' && isSound(content) ? trackOfHeader(inside(content, 'tkhd')) : null;
    if (track !== null) tracks.add(track);
  }
  const isKept = ({ type, content }: Box): boolean => {
    if (type === 'trak') return !tracks.has(trackOfHeader(inside(content, 'tkhd')) ?? 0);
    return type !== 'trex' || !tracks.has(numberAt(content, 4) ?? 0);
  };
  const kept = boxesOf(segment).map((top) => {
    if (top.type !== 'moov') return top.bytes;
    const parts = boxesOf(top.content)
      .filter(isKept)
      .map((box) =>
        box.type === 'mvex' ? { ...box, bytes: boxOf('mvex', boxesOf(box.content).filter(isKept)) } : box,
      );
    return boxOf('moov', parts);
  });
  return { segment: concat(...kept), tracks };
}

/** The track that a fragment is of; null where it is no fragment. */
export const trackOf = (fragment: Bytes): number | null =>
  numberAt(inside(fragment, 'moof', 'traf', 'tfhd'), 4);

/** `video/mp4; codecs="avc1.42c00d,mp4a.40.2"` without what is sound. */
export const typeWithoutSound = (mediaType: string): string =>
  mediaType.replace(/codecs="([^"]*)"/, (_, codecs: string) => {
    const kept = codecs.split(',').filter((codec) => !/^\s*(mp4a|opus|ac-3|ec-3)/i.test(codec));
    return `codecs="${kept.map((codec) => codec.trim()).join(',')}"`;
  });
