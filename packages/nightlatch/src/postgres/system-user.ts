import { readFile, stat } from 'node:fs/promises';
import { hasCode, Refused } from '../refused.ts';

export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

// In this order: the user of a PostgreSQL installed by the system, and the one that every system has.
const CANDIDATES = ['postgres', 'nobody'];

/** Parses lines of passwd(5). */
export function userNamed(passwd: string, name: string): SystemUser | undefined {
  for (const line of passwd.split('\n')) {
    const [found, , uid, gid] = line.split(':');
    if (found === name && Number(uid) > 0) return { uid: Number(uid), gid: Number(gid) };
  }
  return undefined;
}

/**
 * Whom PostgreSQL runs as: it refuses to be root. Undefined: as ourselves. A directory that already has another owner
 * keeps it.
 * @throws Refused
 */
export async function databaseUser(directory: string): Promise<SystemUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  try {
    const { uid, gid } = await stat(directory);
    if (uid !== 0) return { uid, gid };
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  for (const name of CANDIDATES) {
    const user = userNamed(passwd, name);
    if (user !== undefined) return user;
  }
  throw new Refused(
    'PostgreSQL does not run as root, and this system has neither a user "postgres" nor "nobody". Nothing was started. ' +
      'Start Nightlatch as an ordinary user, or give it a PostgreSQL with DATABASE_URL.',
  );
}
