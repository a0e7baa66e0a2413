import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { BenchContext } from '../../suite.ts';
import { CrowdNews, type CrowdOrder } from './crowd-messages.ts';

const ORDER_MILLISECONDS_MAX = 120_000;

export interface Crowd {
  /** Resolves when the order is carried out. */
  tell(order: CrowdOrder): Promise<CrowdNews>;
}

/** Agents or viewers in a process of their own, so that their work is not counted as the cloud's. */
export function startCrowd({ afterwards }: BenchContext, who: 'agents' | 'viewers'): Crowd {
  const child = fork(fileURLToPath(new URL(`${who}-process.ts`, import.meta.url)));
  const ended = once(child, 'exit').then(() => {
    throw new Error(`the process of the ${who} has ended`);
  });
  ended.catch(() => undefined);
  afterwards(async () => {
    child.kill('SIGKILL');
    await ended.catch(() => undefined);
  });
  return {
    tell: async (order) => {
      const answer = once(child, 'message', { signal: AbortSignal.timeout(ORDER_MILLISECONDS_MAX) });
      child.send(order);
      const [news] = await Promise.race([answer, ended]);
      return CrowdNews.parse(news);
    },
  };
}
