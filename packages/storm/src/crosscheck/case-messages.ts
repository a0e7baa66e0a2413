import { z } from 'zod';

export const Extent = z.object({
  reads: z.number(),
  /** How often all of them are asked where faults do not end. */
  rounds: z.number(),
  inFlight: z.number(),
  /** Of one command of a client. */
  timeoutMilliseconds: z.number(),
  /** After this an answer does not come any more. */
  deadlineMilliseconds: z.number(),
  /** Clients that reconnect at once. */
  clients: z.number(),
  /** Questions among which colliding keys are looked for. */
  searched: z.number(),
});
export type Extent = Readonly<z.infer<typeof Extent>>;

export const CaseOrder = z.object({
  client: z.string(),
  caseName: z.string(),
  extent: Extent,
  seed: z.number(),
});
export type CaseOrder = z.infer<typeof CaseOrder>;

/** How reads ended. */
export const Outcome = z.object({
  /** Its own value, as new as it has to be; also after asking the origin. */
  right: z.number(),
  /** A value of another question, or a damaged one: a crossing. */
  wrong: z.number(),
  /** Its own value of an older version than was there before the question. */
  stale: z.number(),
  /** Nothing, where the cache is not asked to load. */
  missed: z.number(),
  error: z.number(),
  /** No answer at all within the deadline. */
  hung: z.number(),
  /** The process that held the client ended by an error that nobody could catch. */
  crashed: z.number(),
});
export type Outcome = z.infer<typeof Outcome>;

/** How much went wrong, and how many reads came past it. */
export const Strain = z.object({
  /** Replies that did not pass as they were. */
  struck: z.number(),
  /** Values that the origin gave: all other reads were answered over the socket. */
  loads: z.number(),
});

export const CaseNews = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('outcome'), outcome: Outcome, ...Strain.shape }),
  z.object({ kind: z.literal('done') }),
  /** The case could not be run: that is no fault of the client. */
  z.object({ kind: z.literal('failed'), text: z.string() }),
]);
export type CaseNews = z.infer<typeof CaseNews>;
