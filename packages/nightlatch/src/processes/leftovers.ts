import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

// They notice by themselves that whoever started them is gone, and end in order; the agent ends its recordings first.
const END_MILLISECONDS = 20_000;
const LOOK_AGAIN_MILLISECONDS = 50;

const Remembered = z.record(z.string(), z.object({ pid: z.number().int().min(2), startedAt: z.string() }));
type Remembered = z.infer<typeof Remembered>;

/**
 * When a process began, by the kernel's count of ticks; undefined where there is none. Together with its number it is one
 * process, whoever gets the number later. In stat(5) it is the 20th field after the name in parentheses.
 */
export function startOf(pid: number): string | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ');
    // A zombie has ended; its parent has not looked yet.
    return fields?.[0] === 'Z' ? undefined : fields?.[19];
  } catch {
    return undefined;
  }
}

function read(file: string): Remembered {
  try {
    return Remembered.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return {};
  }
}

/** Writes down which processes we have started, for the case that we are killed. On Linux alone; elsewhere nothing. */
export function rememberProcess(file: string, name: string, pid: number | undefined): void {
  const startedAt = pid === undefined ? undefined : startOf(pid);
  if (pid === undefined || startedAt === undefined) return;
  writeFileSync(file, JSON.stringify({ ...read(file), [name]: { pid, startedAt } }), { mode: 0o600 });
}

export const forgetProcesses = (file: string): void => rmSync(file, { force: true });

/** Waits for what an earlier start left behind, since it was killed, and ends what does not end by itself. */
export async function endLeftovers(file: string): Promise<void> {
  const left = Object.values(read(file)).filter(({ pid, startedAt }) => startOf(pid) === startedAt);
  const isLeft = ({ pid, startedAt }: { pid: number; startedAt: string }) => startOf(pid) === startedAt;
  for (const { pid } of left) signal(pid, 'SIGTERM');
  for (let waited = 0; left.some(isLeft) && waited < END_MILLISECONDS; waited += LOOK_AGAIN_MILLISECONDS)
    await sleep(LOOK_AGAIN_MILLISECONDS);
  for (const one of left.filter(isLeft)) signal(one.pid, 'SIGKILL');
  while (left.some(isLeft)) await sleep(LOOK_AGAIN_MILLISECONDS);
  forgetProcesses(file);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has just ended.
  }
}
