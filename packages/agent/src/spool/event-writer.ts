import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Instant } from '@nightlatch/protocol/encoding';
import type { ManifestChunk } from '@nightlatch/protocol/manifest';
import { syncDirectory } from '../settings/private-file.ts';
import { type AppendBytes, type ClipFile, createClipFile, type Durable } from './clip-file.ts';
import { writeRecord } from './event-directory.ts';
import { type ClipRecord, type EventRecord, objectFile, type WholeObject } from './event-record.ts';
import type { SpooledEvent } from './spooled-event.ts';

/** How long written chunks may wait to be flushed: a crash of the machine loses no more than that and a fragment. */
const FLUSH_AFTER_MILLISECONDS = 500;

/** Writes one recording into the spool while it happens. Calls come one after the other. */
export interface EventWriter {
  readonly event: SpooledEvent;
  putObject(object: WholeObject, container: Uint8Array): Promise<void>;
  openClip(clip: ClipRecord, header: Uint8Array): Promise<void>;
  appendClip(chunk: ManifestChunk, frame: Uint8Array, untilMilliseconds: number): Promise<void>;
  /** The recording ended, with this last chunk. */
  finish(chunk: ManifestChunk, frame: Uint8Array, untilMilliseconds: number, endedAt: Instant): Promise<void>;
  /** The recording cannot go on; what is durable is kept, and counts as interrupted even where this fails. */
  interrupt(endedAt: Instant): Promise<void>;
}

export interface WriterParts {
  readonly directory: string;
  readonly event: SpooledEvent;
  readonly append: AppendBytes;
  /** Throws SpoolFull where there is no room for these bytes. */
  readonly makeRoom: (bytes: number) => Promise<void>;
  readonly wrote: (bytes: number) => void;
  readonly changed: () => void;
}

export function createEventWriter(parts: WriterParts): EventWriter {
  const { directory, event, append, changed } = parts;
  let clip: ClipFile | null = null;
  let flushTimer: NodeJS.Timeout | null = null;
  let flushing: Promise<void> = Promise.resolve();
  /** When the recording ended, once its final chunk is durable. */
  let finishedAt: Instant | null = null;

  // Record and clip change together: who signs a manifest never sees one without the other.
  const journal = async (
    change: Partial<EventRecord>,
    reached: Durable | null = event.clip,
  ): Promise<void> => {
    const record = { ...event.record, ...change };
    await writeRecord(directory, record);
    event.record = record;
    event.clip = reached ?? event.clip;
    changed();
  };
  const wrote = (bytes: number): void => {
    event.bytes += bytes;
    parts.wrote(bytes);
  };
  const flush = (): Promise<void> => {
    if (flushTimer !== null) clearTimeout(flushTimer);
    flushTimer = null;
    flushing = flushing.then(async () => {
      if (clip === null) return;
      await clip.sync();
      event.clip = clip.durable();
      changed();
    });
    return flushing;
  };
  const flushSoon = (): void => {
    // A failed flush shows again at the next append or at the end, where somebody waits for it.
    flushTimer ??= setTimeout(() => void flush().catch(() => undefined), FLUSH_AFTER_MILLISECONDS);
  };
  const stopFlushing = async (): Promise<void> => {
    if (flushTimer !== null) clearTimeout(flushTimer);
    flushTimer = null;
    await flushing.catch(() => undefined);
  };
  const theClip = (): ClipFile => {
    if (clip === null) throw new Error('the clip has not begun');
    return clip;
  };

  return {
    event,
    putObject: async (object, container) => {
      await parts.makeRoom(container.length);
      const file = await open(join(directory, objectFile(object.kind, object.revision)), 'w', 0o600);
      try {
        await append(file, container);
        await file.sync();
      } finally {
        await file.close();
      }
      await syncDirectory(directory);
      await journal({ objects: [...event.record.objects, object] });
      wrote(container.length);
    },
    openClip: async (record, header) => {
      await parts.makeRoom(header.length);
      clip = await createClipFile(directory, header, append);
      await syncDirectory(directory);
      await journal({ clip: record }, clip.durable());
      wrote(header.length);
    },
    appendClip: async (chunk, frame, untilMilliseconds) => {
      await parts.makeRoom(frame.length);
      await theClip().append(chunk, frame, untilMilliseconds);
      wrote(frame.length);
      flushSoon();
    },
    finish: async (chunk, frame, untilMilliseconds, endedAt) => {
      await stopFlushing();
      await theClip().appendFinal(chunk, frame, untilMilliseconds, endedAt);
      finishedAt = endedAt;
      wrote(frame.length);
      await journal({ state: 'complete', endedAt }, theClip().durable());
      await theClip().close();
    },
    interrupt: async (endedAt) => {
      await stopFlushing();
      if (clip !== null) {
        await clip.sync().catch(() => undefined);
        event.clip = clip.durable();
        await clip.cut();
      }
      // A full disk may refuse the journal too. The next start then comes to the same end from the chunks.
      const ended =
        finishedAt === null
          ? ({ state: 'interrupted', endedAt } as const)
          : ({ state: 'complete', endedAt: finishedAt } as const);
      const record: EventRecord = { ...event.record, ...ended };
      event.record = record;
      changed();
      await writeRecord(directory, record);
    },
  };
}
