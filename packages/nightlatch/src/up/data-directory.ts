import { chmod, mkdir, open, readdir, readFile, rename, rm, statfs } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { hasCode, Refused } from '../refused.ts';

/** The layout of the data directory. A higher number was written by a newer Nightlatch. */
export const DATA_FORMAT = 1;
export const POSTGRES_MAJOR = 18;
/** Less than this free, and PostgreSQL, the spool and the objects would soon fail one after the other. */
export const FREE_BYTES_MIN = 512 * 1024 * 1024;
// What may lie in a directory that is still as good as empty.
const HARMLESS = /^(lost\+found|lock(-journal)?|nightlatch\.json\.new)$/;

export interface DataDirectory {
  readonly path: string;
  readonly cloud: string;
  readonly agent: string;
  readonly logs: string;
  readonly postgres: string;
  /** Which processes run, for the start after a kill. */
  readonly processes: string;
  /** Lets another Nightlatch have the directory. */
  [Symbol.dispose](): void;
}

/** Free bytes on the disk that holds `directory`, or would hold it once it is made. */
export async function freeBytes(directory: string): Promise<number> {
  for (let folder = path.resolve(directory); ; folder = path.dirname(folder)) {
    try {
      const disk = await statfs(folder);
      return disk.bavail * disk.bsize;
    } catch (error) {
      if (!hasCode(error, 'ENOENT') || path.dirname(folder) === folder) throw error;
    }
  }
}

interface Opening {
  readonly directory: string;
  /** The version of this Nightlatch, such as 0.1.0. */
  readonly version: string;
  /** Injected, so that a full disk can be had without filling one. */
  readonly freeBytes: (directory: string) => Promise<number>;
}

/**
 * Opens the directory for this process alone; nothing in it changes before everything has been looked at.
 * @throws Refused when it is another version's, somebody else's, in use, or the disk is nearly full.
 */
export async function openDataDirectory(opening: Opening): Promise<DataDirectory> {
  const { directory, version } = opening;
  await assertOurs(directory, version);
  await assertRoom(opening);
  await make(directory);
  const unlock = lock(directory);
  try {
    await writeMark(directory, version);
    const inside = (name: string) => path.join(directory, name);
    for (const name of ['cloud', 'agent', 'logs']) await make(inside(name));
    return {
      path: directory,
      cloud: inside('cloud'),
      agent: inside('agent'),
      logs: inside('logs'),
      postgres: inside('postgres'),
      processes: inside('processes.json'),
      [Symbol.dispose]: unlock,
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

async function make(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    // Keys and recordings are in there: nobody else on this machine gets in, whatever the umask was.
    await chmod(directory, 0o700);
  } catch (error) {
    if (hasCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'))
      throw new Refused(
        `${directory} cannot be made or is not this user's (${error instanceof Error ? error.message : error}). ` +
          'Nothing was started. Choose another with --data DIR, or start as the user who made it.',
      );
    if (hasCode(error, 'ENOSPC')) throw new Refused(`The disk of ${directory} is full. Nothing was started.`);
    throw error;
  }
}

async function assertOurs(directory: string, version: string): Promise<void> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return [];
    throw new Refused(
      `${directory} cannot be read (${error instanceof Error ? error.message : error}). Nothing was started.`,
    );
  });
  const mark = await readMark(directory);
  if (mark === undefined) {
    const stranger = names.find((name) => !HARMLESS.test(name));
    if (stranger === undefined) return;
    throw new Refused(
      `${directory} holds something that is not Nightlatch's ("${stranger}"). Nothing was changed. ` +
        'Choose an empty or new directory with --data DIR.',
    );
  }
  if (mark.format > DATA_FORMAT || isNewer(mark.version, version))
    throw new Refused(
      `${directory} was used by Nightlatch ${mark.version}, and this is ${version}. Nothing was changed. ` +
        'Start the newer version, or choose another directory with --data DIR.',
    );
  const major = await readFile(path.join(directory, 'postgres/PG_VERSION'), 'utf8').catch(() => undefined);
  if (major !== undefined && Number(major) !== POSTGRES_MAJOR)
    throw new Refused(
      `The database in ${directory} is PostgreSQL ${major.trim()}'s, and this Nightlatch brings ${POSTGRES_MAJOR}. Nothing was ` +
        'changed. Start the Nightlatch that made it, or carry the data over with pg_dump (docs/operating.md).',
    );
}

async function assertRoom({ directory, freeBytes: free }: Opening): Promise<void> {
  const bytes = await free(directory);
  if (bytes < FREE_BYTES_MIN)
    throw new Refused(
      `Only ${Math.floor(bytes / 1e6)} MB are free on the disk of ${directory}; Nightlatch starts with at least ` +
        `${Math.ceil(FREE_BYTES_MIN / 1e6)} MB. Nothing was changed, and what is recorded is safe. Make room, or use --data DIR on another disk.`,
    );
}

interface Mark {
  readonly format: number;
  readonly version: string;
}

async function readMark(directory: string): Promise<Mark | undefined> {
  const file = path.join(directory, 'nightlatch.json');
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw new Refused(`${file} cannot be read. Nothing was changed. Start as the user who made it.`);
  });
  if (text === undefined) return undefined;
  const mark = parseMark(text);
  if (mark === undefined)
    throw new Refused(`${file} is damaged. Nothing was changed. Restore it from a backup of the directory.`);
  return mark;
}

function parseMark(text: string): Mark | undefined {
  try {
    const read: unknown = JSON.parse(text);
    if (typeof read !== 'object' || read === null || !('format' in read) || !('version' in read))
      return undefined;
    const { format, version } = read;
    return typeof format === 'number' && typeof version === 'string' ? { format, version } : undefined;
  } catch {
    return undefined;
  }
}

/** Whole or not at all: a new file, flushed, renamed over the old one. */
async function writeMark(directory: string, version: string): Promise<void> {
  const file = path.join(directory, 'nightlatch.json');
  await rm(`${file}.new`, { force: true });
  const handle = await open(`${file}.new`, 'wx', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify({ format: DATA_FORMAT, version })}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
}

/** Whether `one` is a later version than `other`; both are numbers with points between them. */
export function isNewer(one: string, other: string): boolean {
  const [a, b] = [one, other].map((version) => version.split('.').map(Number));
  for (let place = 0; place < 3; place++) {
    const difference = (a?.[place] ?? 0) - (b?.[place] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

/** An SQLite file in an exclusive transaction: the kernel lets go of it however the process dies. */
function lock(directory: string): () => void {
  const database = new DatabaseSync(path.join(directory, 'lock'));
  try {
    database.exec('pragma busy_timeout = 0');
    database.exec('begin exclusive');
  } catch {
    database.close();
    throw new Refused(
      `Nightlatch is already running with ${directory}. Nothing was changed. Stop that one first, or use another --data DIR.`,
    );
  }
  return () => database.close();
}
