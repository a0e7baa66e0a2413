/** The content of a box: numbers are single bytes. */
export type BoxPart = Uint8Array | readonly number[];

export const u16 = (value: number): number[] => [(value >>> 8) & 0xff, value & 0xff];
export const u32 = (value: number): number[] => [...u16(Math.floor(value / 0x10000)), ...u16(value & 0xffff)];
export const u64 = (value: number): number[] => [
  ...u32(Math.floor(value / 0x1_0000_0000)),
  ...u32(value >>> 0),
];
export const ascii = (text: string): number[] => [...Buffer.from(text, 'latin1')];
export const zeros = (count: number): number[] => new Array<number>(count).fill(0);

/** An ISO 14496-12 box: length, type, content. */
export function box(type: string, ...parts: BoxPart[]): Uint8Array<ArrayBuffer> {
  const length = parts.reduce((sum, part) => sum + part.length, 8);
  const bytes = new Uint8Array(length);
  bytes.set([...u32(length), ...ascii(type)]);
  let at = 8;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A box with version and flags. */
export const fullBox = (type: string, version: number, flags: number, ...parts: BoxPart[]) =>
  box(type, [version, ...u32(flags).slice(1)], ...parts);
