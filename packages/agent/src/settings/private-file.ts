import { constants } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A file of the agent that cannot be used as it is; the message says why, what was kept, and what to do. */
export class SettingsError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'SettingsError';
  }
}

/** Makes a renamed or removed name survive a power cut: the directory itself is flushed. */
export async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Writes `path` whole or not at all, readable by its user only: a new file beside it, flushed, renamed over it, and
 * the directory flushed.
 */
export async function writePrivateFile(path: string, content: string | Uint8Array): Promise<void> {
  const fresh = `${path}.new`;
  await rm(fresh, { force: true });
  const handle = await open(fresh, 'wx', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(fresh, path);
  await syncDirectory(dirname(path));
}

const GROUP_AND_OTHERS = 0o077;

/**
 * Reads a file that only its user may read; null where there is none.
 * @throws SettingsError when others may read or write it: whoever could has perhaps already read the secrets in it.
 */
export async function readPrivateFile(path: string, maxBytes: number): Promise<string | null> {
  let handle: Awaited<ReturnType<typeof open>>;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null;
    throw new SettingsError(`Cannot open ${path}: ${messageOf(error)}. Nothing was changed.`, {
      cause: error,
    });
  }
  try {
    const stat = await handle.stat();
    if ((stat.mode & GROUP_AND_OTHERS) !== 0) {
      throw new SettingsError(
        `${path} can be read by other users of this machine, and it holds secrets. Nothing was changed. ` +
          `Run "chmod 600 ${path}", and change the passwords in it if anybody else has an account here.`,
      );
    }
    if (stat.size > maxBytes) {
      throw new SettingsError(
        `${path} is ${stat.size} bytes long; at most ${maxBytes} are expected. Nothing was changed.`,
      );
    }
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

/** Makes a directory that only its user can enter, and refuses one that others can. */
export async function privateDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    const stat = await handle.stat();
    if ((stat.mode & GROUP_AND_OTHERS) !== 0) await handle.chmod(0o700);
  } finally {
    await handle.close();
  }
}

/** Names of the files in a directory, sorted; none where there is no directory. */
export async function namesIn(path: string): Promise<string[]> {
  try {
    return (await readdir(path)).sort();
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
}

/** Removes a directory and what is in it, and makes that last. */
export async function removeDirectory(parent: string, name: string): Promise<void> {
  await rm(join(parent, name), { recursive: true, force: true });
  await syncDirectory(parent);
}

export function isErrno(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
