import { closeSync, openSync } from 'node:fs';
import type { SystemUser } from './system-user.ts';

/**
 * A name under which a process of the database's user finds a directory or file of its own that lies below folders closed
 * to it, such as ./data (0700) or /root: we open it and hand the open file on, and Linux lets it through by
 * /proc/self/fd. No folder has to be opened to anybody.
 */
export interface Doorway {
  readonly name: string;
  /** To be handed on as the files 3, 4, … of the process. */
  readonly files: readonly number[];
  [Symbol.dispose](): void;
}

/** The doorway of the file or directory that the process finds as file `number`, or its plain path where that does. */
export function openDoorway(path: string, user: SystemUser | undefined, number = 3): Doorway {
  if (user === undefined || process.platform !== 'linux')
    return { name: path, files: [], [Symbol.dispose]: () => {} };
  const file = openSync(path, 'r');
  return { name: `/proc/self/fd/${number}`, files: [file], [Symbol.dispose]: () => closeSync(file) };
}
