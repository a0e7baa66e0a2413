/** Network pieces in, exact lengths out. Holds no more than what was put in and not yet taken. */
export interface ByteQueue {
  put(piece: Uint8Array): void;
  readonly length: number;
  /** Copies `count` bytes out; null while fewer are there. */
  take(count: number): Uint8Array<ArrayBuffer> | null;
}

export function createByteQueue(): ByteQueue {
  let pieces: Uint8Array[] = [];
  let length = 0;
  return {
    get length() {
      return length;
    },
    put(piece) {
      pieces.push(piece);
      length += piece.length;
    },
    take(count) {
      if (length < count) return null;
      const taken = new Uint8Array(count);
      let filled = 0;
      let used = 0;
      for (const piece of pieces) {
        if (filled === count) break;
        const part = piece.subarray(0, count - filled);
        taken.set(part, filled);
        filled += part.length;
        if (part.length < piece.length) {
          pieces[used] = piece.subarray(part.length);
          break;
        }
        used += 1;
      }
      pieces = pieces.slice(used);
      length -= count;
      return taken;
    },
  };
}
