import { z } from 'zod';
import { Household } from './cast.ts';

/** What the suite tells the process of the agents, or of the viewers; each is answered by one `CrowdNews`. */
export const CrowdOrder = z.discriminatedUnion('kind', [
  /** Agents take up their links; every viewer asks for the camera of a home and has to be granted it. */
  z.object({ kind: z.literal('join'), url: z.string(), households: z.array(Household) }),
  /** Begins to count anew. */
  z.object({ kind: z.literal('reset') }),
  z.object({ kind: z.literal('tell') }),
]);
export type CrowdOrder = z.infer<typeof CrowdOrder>;

export const CrowdNews = z.object({
  /** Records sent, or received, since the last reset. */
  records: z.number(),
  bytes: z.number(),
  /** Records of a broadcast that did not come between two that did. */
  missed: z.number(),
  /** From the moment a record was due to be sent to its arrival; empty for agents. A sample of them. */
  milliseconds: z.array(z.number()),
  /** What ended before its time, and why. */
  troubles: z.array(z.string()),
});
export type CrowdNews = z.infer<typeof CrowdNews>;

const JOIN_AT_ONCE_MAX = 8;

/** Lets everybody join, a few at once. */
export async function joinAll(
  households: readonly Household[],
  join: (household: Household) => Promise<void>,
): Promise<void> {
  const left = households.values();
  await Promise.all(
    Array.from({ length: JOIN_AT_ONCE_MAX }, async () => {
      for (const household of left) await join(household);
    }),
  );
}

/** Runs a crowd in this process: answers each order when it is done. */
export function obey(work: (order: CrowdOrder) => Promise<CrowdNews>): void {
  process.on('message', (message) => {
    work(CrowdOrder.parse(message)).then(
      (news) => process.send?.(news),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
  process.once('disconnect', () => process.exit(0));
}
