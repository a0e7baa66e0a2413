import { readdir, readFile } from 'node:fs/promises';

/** `getconf CLK_TCK` on every Linux that is in use. */
const TICKS_PER_SECOND = 100;
/** In the status of a process after its name, which may hold anything and ends at the last bracket. */
const USER_TICKS = 11;
const SYSTEM_TICKS = 12;

/** Seconds of user and system time in the text of `/proc/PID/stat`. */
export function cpuSecondsIn(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[USER_TICKS]) + Number(fields[SYSTEM_TICKS])) / TICKS_PER_SECOND;
}

export async function childrenOf(pid: number): Promise<number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, 'utf8').catch(() => '')),
  );
  return lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number));
}

/** Seconds of processor time that a process has taken, without its children. */
export const cpuSecondsOfProcess = async (pid: number): Promise<number> =>
  cpuSecondsIn(await readFile(`/proc/${pid}/stat`, 'utf8'));

/** ... with the processes that it has started and that are still there. */
export async function cpuSecondsOfTree(pid: number): Promise<number> {
  const children = await childrenOf(pid);
  const seconds = await Promise.all([
    cpuSecondsOfProcess(pid),
    ...children.map((child) => cpuSecondsOfTree(child).catch(() => 0)),
  ]);
  return seconds.reduce((sum, one) => sum + one, 0);
}

/** Resident memory of a process. */
export async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kilobytes === undefined) throw new Error(`process ${pid} tells no resident memory`);
  return Number(kilobytes) * 1024;
}

/** The process that has started this one. */
export async function parentOf(pid: number): Promise<number> {
  const parent = /^PPid:\s+(\d+)$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (parent === undefined) throw new Error(`process ${pid} tells no parent`);
  return Number(parent);
}
