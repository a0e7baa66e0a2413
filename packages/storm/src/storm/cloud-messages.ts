import { z } from 'zod';
import { Lock } from './locks.ts';

/** The fleet, its people, the databases and the cloud share one small machine here. */
export const RECONNECTS_PER_SECOND = 250;

/** What the harness does to the cloud's own machine. */
export const Strain = z.object({
  /** What each look at an object and each write takes longer. */
  diskMilliseconds: z.number(),
  diskFull: z.boolean(),
  /** How far the clock goes wrong. */
  clockMilliseconds: z.number(),
});
export type Strain = z.infer<typeof Strain>;
export const NO_STRAIN: Strain = { diskMilliseconds: 0, diskFull: false, clockMilliseconds: 0 };

export const CloudOrder = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('open'),
    /** By way of the faulty proxy. */
    databaseUrl: z.string(),
    /** Straight, for what is no question of the cloud: migrations, and taking policies out. */
    ownerUrl: z.string(),
    /** By way of a faulty proxy, too. */
    redisUrl: z.string(),
    dataDirectory: z.string(),
    port: z.number(),
    without: z.array(Lock),
  }),
  z.object({ kind: z.literal('strain'), strain: Strain }),
  z.object({ kind: z.literal('count') }),
]);
export type CloudCommand = z.infer<typeof CloudOrder>;
export type OpenOrder = Extract<CloudCommand, { kind: 'open' }>;

export const CloudNews = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  /** What the locks have stopped so far, by their own word, and how often the disk was slow or full. */
  z.object({ kind: z.literal('counts'), mismatches: z.number(), doubts: z.number(), strained: z.number() }),
]);
export type CloudNews = z.infer<typeof CloudNews>;
