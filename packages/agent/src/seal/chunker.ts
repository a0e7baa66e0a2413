import { CHUNK_BYTES_MAX, CHUNKS_MAX } from '@nightlatch/protocol/manifest';

/** A piece of the clip to be sealed as one chunk. */
export interface ClipPiece {
  readonly plaintext: Uint8Array<ArrayBuffer>;
  /** Milliseconds from the start of the clip where a picture that can be decoded by itself starts; else null. */
  readonly keyAtMilliseconds: number | null;
  /** Until when the clip reaches with this piece, at least. */
  readonly untilMilliseconds: number;
}

export interface Chunker {
  /** The init segment comes first and alone, so that a player can be set up from chunk 0. */
  init(bytes: Uint8Array): ClipPiece[];
  fragment(bytes: Uint8Array, atMilliseconds: number, keyFrame: boolean): ClipPiece[];
  /** What is left, for the final chunk; it may be empty. */
  rest(): ClipPiece;
  /** No more may be taken: the next fragment could need more chunks than a clip may have. */
  isFull(): boolean;
}

/**
 * Up to here a chunk closes with its fragment (at most a second), so that a crash loses no more than that. A clip of
 * more chunks, which only a stream with a fragment per frame has, goes on with whole 64 KiB chunks between key frames.
 */
const CHUNKS_OF_FRAGMENTS = CHUNKS_MAX / 2;
/** Kept for the final chunk and for one fragment of up to 16 MiB. */
const CHUNKS_RESERVED = 258;

export function createChunker(): Chunker {
  let count = 0;
  let pending = new Uint8Array(0);
  let keyAt: number | null = null;
  let until = 0;

  const close = (): ClipPiece => {
    const piece = { plaintext: pending, keyAtMilliseconds: keyAt, untilMilliseconds: until };
    pending = new Uint8Array(0);
    keyAt = null;
    count += 1;
    return piece;
  };
  const closeUnlessEmpty = (): ClipPiece[] => (pending.length === 0 ? [] : [close()]);
  const append = (bytes: Uint8Array): ClipPiece[] => {
    const pieces: ClipPiece[] = [];
    for (let rest = bytes; rest.length > 0; ) {
      const part = rest.subarray(0, CHUNK_BYTES_MAX - pending.length);
      const joined = new Uint8Array(pending.length + part.length);
      joined.set(pending);
      joined.set(part, pending.length);
      pending = joined;
      rest = rest.subarray(part.length);
      if (pending.length === CHUNK_BYTES_MAX) pieces.push(close());
    }
    return pieces;
  };

  return {
    init: (bytes) => [...append(bytes), ...closeUnlessEmpty()],
    fragment: (bytes, atMilliseconds, keyFrame) => {
      const before = keyFrame ? closeUnlessEmpty() : [];
      if (keyFrame) keyAt = atMilliseconds;
      until = Math.max(until, atMilliseconds);
      const pieces = append(bytes);
      return [...before, ...pieces, ...(count < CHUNKS_OF_FRAGMENTS ? closeUnlessEmpty() : [])];
    },
    rest: close,
    isFull: () => count > CHUNKS_MAX - CHUNKS_RESERVED,
  };
}
