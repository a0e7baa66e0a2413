import { containerBytes } from '@nightlatch/protocol/manifest';
import { Refusal } from '../viewer/refusal.ts';
import type { ClipOpening } from '../viewer/viewer.ts';

/** Opened bytes are handed to the browser's blob store in pieces of this size, so that the page holds no more. */
const PIECE_BYTES = 8 * 1024 * 1024;
const TRIES_MAX = 5;

/**
 * The whole clip, opened, as MP4. Nothing is handed out before its last chunk was verified. `onPart` is told how much
 * is there, from 0 to 1. Throws a `Refusal` (already reported), or what the network throws after some tries.
 */
export async function downloadClip(
  { clip }: ClipOpening,
  onPart: (part: number) => void,
  signal: AbortSignal,
): Promise<Blob> {
  const { manifest } = clip;
  const total = containerBytes(manifest);
  const pieces: Blob[] = [];
  let open: Uint8Array<ArrayBuffer>[] = [];
  let openBytes = 0;
  let received = 0;
  let next = 0;
  const flush = () => {
    pieces.push(new Blob(open));
    open = [];
    openBytes = 0;
  };
  for (let attempt = 0; next < manifest.chunks.length; attempt++) {
    try {
      for await (const { index, bytes } of clip.read(next, signal)) {
        open.push(bytes);
        openBytes += bytes.length;
        received += manifest.chunks[index]?.[0] ?? 0;
        next = index + 1;
        attempt = 0;
        if (openBytes >= PIECE_BYTES) flush();
        onPart(Math.min(1, received / total));
        if (next === manifest.chunks.length) break;
      }
    } catch (error) {
      if (error instanceof Refusal || signal.aborted || attempt >= TRIES_MAX) throw error;
    }
    if (next < manifest.chunks.length) {
      if (attempt >= TRIES_MAX) throw new Error('The rest of the clip has not arrived. Try again later.');
      await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** attempt));
    }
  }
  flush();
  return new Blob(pieces, { type: 'video/mp4' });
}

/** Hands a file to the browser's downloads. */
export function saveAs(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
