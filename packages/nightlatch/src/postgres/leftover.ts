import { readFile, readlink, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Refused } from '../refused.ts';

const STOP_MILLISECONDS = 60_000;
const LOOK_AGAIN_MILLISECONDS = 50;

/** The process that `postmaster.pid` of this directory names, where it is alive and really works in this directory. */
export async function leftoverServer(directory: string): Promise<number | undefined> {
  const text = await readFile(path.join(directory, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number(text.split('\n')[0]);
  if (!Number.isSafeInteger(pid) || pid < 2 || !isAlive(pid)) return undefined;
  // The number may be another program's by now. PostgreSQL's working directory is its data directory.
  const workingDirectory = `/proc/${pid}/cwd`;
  const [its, ours] = await Promise.all([stat(workingDirectory).catch(() => undefined), stat(directory)]);
  if (its === undefined) return process.platform === 'linux' ? undefined : pid;
  const program = await readlink(`/proc/${pid}/exe`).catch(() => '');
  return its.ino === ours.ino && its.dev === ours.dev && path.basename(program).startsWith('postgres')
    ? pid
    : undefined;
}

/**
 * Stops the PostgreSQL that a Nightlatch killed by force left behind. Nothing is lost: it is PostgreSQL's own "fast
 * shutdown". Answers whether there was one.
 * @throws Refused when it does not end
 */
export async function stopLeftover(directory: string): Promise<boolean> {
  const pid = await leftoverServer(directory);
  if (pid === undefined) return false;
  process.kill(pid, 'SIGINT');
  for (let waited = 0; waited < STOP_MILLISECONDS; waited += LOOK_AGAIN_MILLISECONDS) {
    if (!isAlive(pid)) return true;
    await sleep(LOOK_AGAIN_MILLISECONDS);
  }
  throw new Refused(
    `A PostgreSQL from an earlier start (process ${pid}) still holds ${directory} and does not end. Nothing was changed. ` +
      `Run "kill -QUIT ${pid}", then start again.`,
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
