import type { Question } from './values.ts';

/** A cache client, open on one Redis. What it throws or rejects with is an error; it never answers by hanging. */
export interface OpenClient {
  /** The value; undefined where the cache has none. A client that reads through asks the origin then. */
  read(question: Question, signal?: AbortSignal): Promise<string | undefined>;
  write(question: Question, value: string): Promise<void>;
  invalidate(question: Question): Promise<void>;
  close(): Promise<void> | void;
}

export interface Opening {
  readonly port: number;
  /** Of one command, where the client has such a setting. */
  readonly timeoutMilliseconds: number;
  /** The longest pause before it connects again, where it has such a setting and would wait longer. */
  readonly reconnectMillisecondsMax: number | undefined;
  /** Where values come from that are not in the cache. */
  readonly load: (question: Question) => Promise<string>;
}

/** A client under test. Adding one is one file in `clients/` that exports its `adapter`. */
export interface Adapter {
  readonly name: string;
  /** The npm package, whose version is told in the report. */
  readonly packageName: string;
  /** Whether it asks the origin itself, and so decides what a fill may overwrite. */
  readonly readsThrough: boolean;
  /** Whether a single read can be cancelled. */
  readonly cancels: boolean;
  /** How many reads there are for each reply when fifty are asked at once; 1 where it is absent. */
  readonly readsInReply?: number;
  /** How the client itself turns a question into a key, where it does, for the search for collisions. */
  readonly keyOf?: (question: Question) => string;
  open(opening: Opening): Promise<OpenClient>;
}

/** The key of a question for clients that leave keys to whoever calls; no two questions have the same. */
export const plainKey = ({ tenant, key }: Question): string => `${tenant.length}:${tenant}${key}`;
