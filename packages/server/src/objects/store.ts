import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename, statfs, unlink } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import type { EventId, HomeId } from '@nightlatch/protocol/ids';
import type { ObjectKind } from '@nightlatch/protocol/manifest';
import { storageFull } from '../refusals.ts';

export interface ObjectName {
  readonly home: HomeId;
  readonly event: EventId;
  readonly kind: ObjectKind;
  readonly revision: number;
}

/** An object that is open for reading; whoever opens it disposes of it, or hands it to `stream`, which does. */
export interface OpenObject extends AsyncDisposable {
  /** Bytes in the file; more than have been confirmed, perhaps. */
  readonly sizeBytes: number;
  /** Up to `count` bytes from `position` on. */
  read(position: number, count: number): Promise<Uint8Array<ArrayBuffer>>;
  /** The bytes from `first` to `last`, inclusive. Ends the object's being open. */
  stream(first: number, last: number): Readable;
}

export interface ObjectStore {
  /** Throws `storage-full` when so little is left that the database beside it would come to a stop. */
  requireRoom(): Promise<void>;
  open(name: ObjectName): Promise<OpenObject | undefined>;
  /**
   * What `complete` puts in the final place: the part, where there is one, whatever a crash has left in that place; else
   * what is there.
   */
  openArriving(name: ObjectName): Promise<OpenObject | undefined>;
  /** Bytes of what `openArriving` opens; 0 where there is nothing. */
  sizeBytes(name: ObjectName): Promise<number>;
  /**
   * Writes what comes from `offset` on; what was behind it before is cut off. Tells each time how far the bytes are on
   * the disk for certain, at least every MiB, also when the source or the disk then fails. Answers where it ended.
   */
  append(
    name: ObjectName,
    offset: number,
    source: AsyncIterable<Uint8Array>,
    onSynced: (bytes: number) => Promise<void>,
  ): Promise<number>;
  /** Puts an object whose bytes are all here in its final place, durably. Doing it again does nothing. */
  put(name: ObjectName, bytes: Uint8Array): Promise<void>;
  /** Puts a whole object in its final place, durably. Doing it again does nothing. */
  complete(name: ObjectName): Promise<void>;
  /** Removes objects of a home, `event.kind.revision` each, whole or not, durably. Doing it again does nothing. */
  remove(home: HomeId, files: readonly string[]): Promise<void>;
}

/** Ends the name of what is not whole yet. */
export const PART = '.part';
/** The name of a whole object in the directory of its home. */
export const OBJECT_FILE = /^evt_[0-7][0-9a-hjkmnp-tv-z]{25}\.(clip|thumbnail|metadata)\.[0-7]$/;

const SYNC_EVERY_BYTES = 1024 * 1024;
/** What is left alone for the database and the log: a database without room for its own log stops. */
const FREE_BYTES_MIN = 512 * 1024 * 1024;

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;
const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT';

const asStorageFull = (error: unknown): unknown =>
  codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT' ? storageFull(error) : error;

async function syncDirectory(directory: string): Promise<void> {
  await using handle = await open(directory, constants.O_RDONLY);
  await handle.sync();
}

const defaultFreeBytes = async (directory: string): Promise<number> => {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
};

/** Objects as files: a directory for each home; `.part` until an object is whole. */
export async function openObjectStore(options: {
  readonly directory: string;
  readonly freeBytes?: (directory: string) => Promise<number>;
}): Promise<ObjectStore> {
  const { directory, freeBytes = defaultFreeBytes } = options;
  await mkdir(directory, { recursive: true, mode: 0o700 });

  const fileOf = ({ home, event, kind, revision }: ObjectName): string =>
    path.join(directory, home, `${event}.${kind}.${revision}`);
  const partOf = (name: ObjectName): string => `${fileOf(name)}${PART}`;
  const openIfThere = (file: string): Promise<FileHandle | undefined> =>
    open(file, constants.O_RDONLY).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });

  const requireRoom = async (): Promise<void> => {
    if ((await freeBytes(directory)) < FREE_BYTES_MIN) throw storageFull();
  };

  /** The directory of the object's home, made where it is the first; with room for more. */
  const homeFor = async (name: ObjectName): Promise<string> => {
    const home = path.dirname(fileOf(name));
    await requireRoom();
    if ((await mkdir(home, { recursive: true, mode: 0o700 })) !== undefined) await syncDirectory(directory);
    return home;
  };

  const openFirst = async (...files: readonly string[]): Promise<OpenObject | undefined> => {
    let handle: FileHandle | undefined;
    for (const file of files) handle ??= await openIfThere(file);
    if (handle === undefined) return undefined;
    const { size } = await handle.stat();
    return {
      sizeBytes: size,
      read: async (position, count) => {
        const { bytesRead, buffer } = await handle.read(new Uint8Array(count), 0, count, position);
        return buffer.subarray(0, bytesRead);
      },
      stream: (start, end) => handle.createReadStream({ start, end, autoClose: true }),
      [Symbol.asyncDispose]: () => handle.close(),
    };
  };

  const openArriving = (name: ObjectName) => openFirst(partOf(name), fileOf(name));

  return {
    requireRoom,
    // The last look is for an object that was completed between the first and the second.
    open: (name) => openFirst(fileOf(name), partOf(name), fileOf(name)),
    openArriving,
    sizeBytes: async (name) => {
      await using object = await openArriving(name);
      return object?.sizeBytes ?? 0;
    },

    append: async (name, offset, source, onSynced) => {
      const home = await homeFor(name);
      await using handle = await open(partOf(name), constants.O_RDWR | constants.O_CREAT, 0o600);
      const { size } = await handle.stat();
      if (size < offset) throw new Error(`an upload goes on at ${offset}, but its file has ${size} bytes`);
      if (size === 0) await syncDirectory(home);
      await handle.truncate(offset);
      let position = offset;
      let synced = offset;
      const sync = async (): Promise<void> => {
        if (position === synced) return;
        await handle.datasync();
        synced = position;
        await onSynced(position);
      };
      try {
        for await (const chunk of source) {
          for (let written = 0; written < chunk.length; ) {
            const { bytesWritten } = await handle.write(chunk, written, chunk.length - written, position);
            written += bytesWritten;
            position += bytesWritten;
          }
          if (position - synced >= SYNC_EVERY_BYTES) await sync();
        }
      } catch (error) {
        // What came before the failure is kept: the agent goes on from there.
        await sync();
        throw asStorageFull(error);
      }
      await sync();
      return position;
    },

    put: async (name, bytes) => {
      const home = await homeFor(name);
      try {
        await using handle = await open(partOf(name), 'w', 0o600);
        await handle.writeFile(bytes);
        await handle.datasync();
      } catch (error) {
        throw asStorageFull(error);
      }
      await rename(partOf(name), fileOf(name));
      await syncDirectory(home);
    },

    complete: async (name) => {
      const home = path.dirname(fileOf(name));
      await rename(partOf(name), fileOf(name)).catch(async (error: unknown) => {
        if (!isMissing(error)) throw error;
        await using there = await openIfThere(fileOf(name));
        if (there === undefined) throw error;
      });
      await syncDirectory(home);
    },

    remove: async (home, files) => {
      const folder = path.join(directory, home);
      for (const file of files) {
        if (!OBJECT_FILE.test(file)) throw new Error('not the name of an object');
        for (const name of [file, `${file}${PART}`])
          await unlink(path.join(folder, name)).catch((error: unknown) => {
            if (!isMissing(error)) throw error;
          });
      }
      await syncDirectory(folder).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      });
    },
  };
}
