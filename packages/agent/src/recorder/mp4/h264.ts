import type { ParameterSets } from '../packets.ts';

const NAL_SEQUENCE_PARAMETERS = 7;
const NAL_PICTURE_PARAMETERS = 8;
/** Access unit delimiters, end markers and filler say nothing in MP4, where every sample has a length. */
const NAL_LEFT_OUT = new Set([NAL_SEQUENCE_PARAMETERS, NAL_PICTURE_PARAMETERS, 9, 10, 11, 12]);

const typeOf = (nal: Uint8Array): number => (nal[0] ?? 0) & 0x1f;

/** The NAL units of an Annex B byte stream, as views without their start codes. */
export function splitAnnexB(bytes: Uint8Array): Uint8Array[] {
  const nals: Uint8Array[] = [];
  let start = -1;
  for (let at = 0; at + 2 < bytes.length; at++) {
    // Most bytes are above 1: look at the third byte first and step over three at a time.
    const third = bytes[at + 2] ?? 0;
    if (third > 1) {
      at += 2;
      continue;
    }
    if (third !== 1 || bytes[at] !== 0 || bytes[at + 1] !== 0) continue;
    if (start >= 0) nals.push(trimmed(bytes, start, at));
    start = at + 3;
    at += 2;
  }
  if (start >= 0) nals.push(trimmed(bytes, start, bytes.length));
  return nals.filter((nal) => nal.length > 0);
}

/** A NAL unit never ends with a zero byte: such belong to the next start code or are padding. */
function trimmed(bytes: Uint8Array, start: number, end: number): Uint8Array {
  let last = end;
  while (last > start && bytes[last - 1] === 0) last -= 1;
  return bytes.subarray(start, last);
}

/** The parameter sets within an Annex B byte stream, copied; null unless both are there. */
export function parameterSetsIn(bytes: Uint8Array): ParameterSets | null {
  const nals = splitAnnexB(bytes);
  const sequence = nals.find((nal) => typeOf(nal) === NAL_SEQUENCE_PARAMETERS && nal.length >= 4);
  const picture = nals.find((nal) => typeOf(nal) === NAL_PICTURE_PARAMETERS);
  return sequence && picture ? { sequence: sequence.slice(), picture: picture.slice() } : null;
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index]);
export const sameParameterSets = (a: ParameterSets, b: ParameterSets): boolean =>
  sameBytes(a.sequence, b.sequence) && sameBytes(a.picture, b.picture);

/** The coded picture as an MP4 sample: each NAL unit behind its 32-bit length, parameter sets left to the avcC box. */
export function toSample(annexB: Uint8Array): Uint8Array {
  const nals = splitAnnexB(annexB).filter((nal) => !NAL_LEFT_OUT.has(typeOf(nal)));
  const sample = new Uint8Array(nals.reduce((sum, nal) => sum + 4 + nal.length, 0));
  const view = new DataView(sample.buffer);
  let at = 0;
  for (const nal of nals) {
    view.setUint32(at, nal.length);
    sample.set(nal, at + 4);
    at += 4 + nal.length;
  }
  return sample;
}

/** The codec string of RFC 6381, such as `avc1.64001f`: profile, constraints and level from the SPS. */
export const videoCodecString = (sets: ParameterSets): string =>
  `avc1.${Buffer.from(sets.sequence.subarray(1, 4)).toString('hex')}`;
