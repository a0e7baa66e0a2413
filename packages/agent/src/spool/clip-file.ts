import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Instant } from '@nightlatch/protocol/encoding';
import type { ManifestChunk } from '@nightlatch/protocol/manifest';
import { CLIP_FILE, CLIP_INDEX, type ClipLine, frameBytes } from './event-record.ts';

/** Appends bytes to a file; comes from outside so that a test can let the disk be full. */
export type AppendBytes = (handle: FileHandle, bytes: Uint8Array) => Promise<void>;

export const appendToDisk: AppendBytes = async (handle, bytes) => {
  await handle.appendFile(bytes);
};

/** The chunks that will still be there after a power cut, and the bytes they reach to. */
export interface Durable {
  readonly chunks: readonly ManifestChunk[];
  readonly bytes: number;
  readonly untilMilliseconds: number;
}

export interface ClipFile {
  durable(): Durable;
  /** One sealed chunk behind its length. Only what `sync` has flushed counts as durable. */
  append(chunk: ManifestChunk, frame: Uint8Array, untilMilliseconds: number): Promise<void>;
  /** The last chunk: the index says first, and durably, that it is the last one and when the recording ended. */
  appendFinal(
    chunk: ManifestChunk,
    frame: Uint8Array,
    untilMilliseconds: number,
    endedAt: Instant,
  ): Promise<void>;
  sync(): Promise<void>;
  /** Cuts what is not durable (after a failed write) and closes. */
  cut(): Promise<void>;
  close(): Promise<void>;
}

const line = (entry: ClipLine): Uint8Array => new TextEncoder().encode(`${JSON.stringify(entry)}\n`);

/** Creates the clip's container, with its header flushed, and its index. */
export async function createClipFile(
  directory: string,
  header: Uint8Array,
  append: AppendBytes,
): Promise<ClipFile> {
  const container = await open(join(directory, CLIP_FILE), 'ax', 0o600);
  const index = await open(join(directory, CLIP_INDEX), 'ax', 0o600);
  await append(container, header);
  await container.sync();

  const chunks: ManifestChunk[] = [];
  let bytes = header.length;
  let indexBytes = 0;
  let until = 0;
  let durable: Durable = { chunks: [], bytes, untilMilliseconds: 0 };
  let durableIndexBytes = 0;

  const write = async (entry: ClipLine, frame: Uint8Array, syncIndex: boolean): Promise<void> => {
    const text = line(entry);
    await append(index, text);
    if (syncIndex) await index.sync();
    await append(container, frame);
    chunks.push(entry[0]);
    bytes += frame.length;
    indexBytes += text.length;
    until = entry[1];
  };
  const sync = async (): Promise<void> => {
    const reached = { chunks: chunks.slice(), bytes, untilMilliseconds: until };
    const reachedIndex = indexBytes;
    await index.sync();
    await container.sync();
    durable = reached;
    durableIndexBytes = reachedIndex;
  };
  const close = async (): Promise<void> => {
    await container.close();
    await index.close();
  };
  return {
    durable: () => durable,
    append: (chunk, frame, untilMilliseconds) =>
      write([assertFrame(chunk, frame), untilMilliseconds, null], frame, false),
    appendFinal: async (chunk, frame, untilMilliseconds, endedAt) => {
      await write([assertFrame(chunk, frame), untilMilliseconds, endedAt], frame, true);
      await sync();
    },
    sync,
    cut: async () => {
      try {
        await container.truncate(durable.bytes);
        await index.truncate(durableIndexBytes);
      } finally {
        await close();
      }
    },
    close,
  };
}

function assertFrame(chunk: ManifestChunk, frame: Uint8Array): ManifestChunk {
  if (frame.length !== frameBytes(chunk)) throw new RangeError('a chunk and its frame differ in length');
  return chunk;
}
