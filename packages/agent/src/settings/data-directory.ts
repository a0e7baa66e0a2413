import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { privateDirectory, readPrivateFile, SettingsError, writePrivateFile } from './private-file.ts';
import { parseJson } from './settings-file.ts';

/** The layout of the agent's directory. Another number means another program's directory: it is left as it is. */
export const DATA_FORMAT = 1;
const Format = z.object({ format: z.number().int() });

export interface DataDirectory {
  readonly path: string;
  /** Lets another agent have the directory. */
  [Symbol.dispose](): void;
}

/**
 * Opens the agent's directory for this process alone. The lock is an SQLite file in an exclusive transaction: the
 * kernel lets go of it when the process dies, however it dies, so that no stale lock is left after `kill -9`.
 * @throws SettingsError when another agent has it, or when it was written by another version.
 */
export async function openDataDirectory(path: string): Promise<DataDirectory> {
  await privateDirectory(path);
  const unlock = lock(path);
  try {
    const file = join(path, 'format.json');
    const text = await readPrivateFile(file, 4096);
    if (text === null) await writePrivateFile(file, `${JSON.stringify({ format: DATA_FORMAT })}\n`);
    else assertFormat(text, path);
    return { path, [Symbol.dispose]: unlock };
  } catch (error) {
    unlock();
    throw error;
  }
}

function lock(path: string): () => void {
  const database = new DatabaseSync(join(path, 'lock'));
  try {
    database.exec('pragma busy_timeout = 0');
    database.exec('begin exclusive');
  } catch (error) {
    database.close();
    throw new SettingsError(
      `Another agent is using ${path}. Nothing was changed. Stop it first, or give this one its own --data directory.`,
      { cause: error },
    );
  }
  return () => database.close();
}

function assertFormat(text: string, path: string): void {
  const parsed = parseJson(text, Format);
  if (parsed === null) {
    throw new SettingsError(
      `format.json in ${path} is damaged. Nothing was changed; restore it from a copy.`,
    );
  }
  if (parsed.format !== DATA_FORMAT) {
    throw new SettingsError(
      `${path} was written by another version of Nightlatch (format ${parsed.format}, this one knows ${DATA_FORMAT}). ` +
        'Nothing was changed. Use that version, or give this one another --data directory.',
    );
  }
}
