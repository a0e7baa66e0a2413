import { createHash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Instant } from '@nightlatch/protocol/encoding';
import { CHUNK_BYTES_MAX, CHUNK_FRAME_BYTES, CHUNK_TAG_BYTES } from '@nightlatch/protocol/manifest';
import { isErrno } from '../settings/private-file.ts';
import { parseJson } from '../settings/settings-file.ts';
import type { Durable } from './clip-file.ts';
import { CLIP_FILE, CLIP_INDEX, ClipLine, type ClipRecord, frameBytes } from './event-record.ts';

export interface RecoveredClip extends Durable {
  /** When the recording ended; null where it was cut off. */
  readonly endedAt: Instant | null;
}

/** The lines of the index that are whole; the last one may be cut off by a crash. */
async function indexLines(directory: string): Promise<ClipLine[]> {
  const text = await readFile(join(directory, CLIP_INDEX), 'utf8').catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return '';
    throw error;
  });
  const lines: ClipLine[] = [];
  for (const one of text.split('\n').slice(0, -1)) {
    const parsed = parseJson(one, ClipLine);
    if (parsed === null) break;
    lines.push(parsed);
  }
  return lines;
}

/** The chunks of a clip that was finished: its index was flushed with it. */
export async function readClip(directory: string, clip: ClipRecord): Promise<RecoveredClip> {
  return summary(clip, await indexLines(directory));
}

function summary(clip: ClipRecord, lines: readonly ClipLine[]): RecoveredClip {
  const last = lines.at(-1);
  return {
    chunks: lines.map(([chunk]) => chunk),
    bytes: lines.reduce((sum, [chunk]) => sum + frameBytes(chunk), clip.headerBytes),
    untilMilliseconds: last?.[1] ?? 0,
    endedAt: last?.[2] ?? null,
  };
}

/**
 * After a crash: keeps the chunks that are in the container whole, as the index says they are, and cuts the rest off
 * both files. Null where not even the header is whole. Nothing is encrypted again; the stored ciphertext is kept.
 */
export async function recoverClip(directory: string, clip: ClipRecord): Promise<RecoveredClip | null> {
  const lines = await indexLines(directory);
  const container = await open(join(directory, CLIP_FILE), 'r+').catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return null;
    throw error;
  });
  if (container === null) return null;
  try {
    const size = (await container.stat()).size;
    const header = await exactly(container, 0, clip.headerBytes, size);
    if (header === null || hash(header) !== clip.headerHash) return null;
    let offset = clip.headerBytes;
    const kept: ClipLine[] = [];
    for (const entry of lines) {
      const [sealedBytes, sealedHash] = entry[0];
      const frame = await exactly(container, offset, frameBytes(entry[0]), size);
      if (frame === null || !isFrame(frame, sealedBytes)) break;
      // After a power cut a file may have its length but not its bytes.
      if (hash(frame.subarray(CHUNK_FRAME_BYTES)) !== sealedHash) break;
      kept.push(entry);
      offset += frame.length;
    }
    await container.truncate(offset);
    await container.sync();
    await rewriteIndex(directory, kept);
    return summary(clip, kept);
  } finally {
    await container.close();
  }
}

async function rewriteIndex(directory: string, lines: readonly ClipLine[]): Promise<void> {
  const index = await open(join(directory, CLIP_INDEX), 'r+');
  try {
    const text = lines.map((entry) => `${JSON.stringify(entry)}\n`).join('');
    await index.truncate(Buffer.byteLength(text));
    await index.sync();
  } finally {
    await index.close();
  }
}

async function exactly(
  file: Awaited<ReturnType<typeof open>>,
  offset: number,
  bytes: number,
  size: number,
): Promise<Buffer | null> {
  if (bytes > CHUNK_FRAME_BYTES + CHUNK_BYTES_MAX + CHUNK_TAG_BYTES || offset + bytes > size) return null;
  const { bytesRead, buffer } = await file.read(Buffer.alloc(bytes), 0, bytes, offset);
  return bytesRead === bytes ? buffer : null;
}

const isFrame = (frame: Buffer, sealedBytes: number): boolean => frame.readUInt32BE(0) === sealedBytes;
const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64url');
