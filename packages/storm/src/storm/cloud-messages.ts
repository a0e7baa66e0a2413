import { z } from 'zod';
import { Lock } from './locks.ts';

export const CloudOrder = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('open'),
    /** By way of the faulty proxy. */
    databaseUrl: z.string(),
    /** Straight, for what is no question of the cloud: migrations, and taking policies out. */
    ownerUrl: z.string(),
    dataDirectory: z.string(),
    without: z.array(Lock),
  }),
  z.object({ kind: z.literal('count') }),
]);
export type CloudCommand = z.infer<typeof CloudOrder>;
export type OpenOrder = Extract<CloudCommand, { kind: 'open' }>;

export const CloudNews = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready'), url: z.string() }),
  /** What the locks have stopped so far, by their own word. */
  z.object({ kind: z.literal('counts'), mismatches: z.number(), doubts: z.number() }),
]);
export type CloudNews = z.infer<typeof CloudNews>;
