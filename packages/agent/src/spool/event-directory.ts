import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { privateDirectory, syncDirectory, writePrivateFile } from '../settings/private-file.ts';
import { parseJson } from '../settings/settings-file.ts';
import { CLIP_FILE, directoryName, EventRecord, objectFile, RECORD_FILE } from './event-record.ts';

const UNFINISHED = '.new-';

/** Creates an event's directory with its journal in it: it is there whole or not at all. */
export async function createEventDirectory(
  parent: string,
  ordinal: number,
  record: EventRecord,
): Promise<string> {
  const name = directoryName(ordinal, record);
  const fresh = join(parent, UNFINISHED + name);
  await mkdir(fresh, { mode: 0o700 });
  await writeRecord(fresh, record);
  await rename(fresh, join(parent, name));
  await syncDirectory(parent);
  return name;
}

/** Names of the events' directories, oldest first; those that a crash left unfinished are removed. */
export async function listEventDirectories(parent: string): Promise<string[]> {
  await privateDirectory(parent);
  const names: string[] = [];
  for (const name of (await readdir(parent)).sort()) {
    if (name.startsWith(UNFINISHED)) await rm(join(parent, name), { recursive: true, force: true });
    else names.push(name);
  }
  return names;
}

export const writeRecord = (directory: string, record: EventRecord): Promise<void> =>
  writePrivateFile(join(directory, RECORD_FILE), `${JSON.stringify(record)}\n`);

/** Null where there is no record, or a damaged one. */
export async function readRecord(directory: string): Promise<EventRecord | null> {
  try {
    return parseJson(await readFile(join(directory, RECORD_FILE), 'utf8'), EventRecord);
  } catch {
    return null;
  }
}

/** Bytes of everything in the directory. */
export async function bytesIn(directory: string): Promise<number> {
  const names = await readdir(directory);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(directory, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Removes what no record speaks of: objects whose writing a crash cut short. */
export async function removeStrays(directory: string, record: EventRecord): Promise<void> {
  const known = new Set([
    RECORD_FILE,
    ...record.objects.map((object) => objectFile(object.kind, object.revision)),
    ...(record.clip === null ? [] : [CLIP_FILE, 'clip.index']),
  ]);
  for (const name of await readdir(directory)) {
    if (!known.has(name)) await rm(join(directory, name), { force: true });
  }
}

/** Up to `maxBytes` bytes of an object from `offset`. */
export async function readSlice(
  path: string,
  offset: number,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const handle = await open(path, 'r');
  try {
    const bytes = new Uint8Array(maxBytes);
    const { bytesRead } = await handle.read(bytes, 0, maxBytes, offset);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
