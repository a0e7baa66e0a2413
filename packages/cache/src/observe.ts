import type { Refusal } from './envelope.ts';
import type { DoubtReason } from './proof.ts';

/** Where the answer to a `get` came from. */
export type Origin =
  /** The in-process tier. */
  | 'near'
  /** Redis. */
  | 'far'
  /** The source. */
  | 'source'
  /** Redis or the tier, past its time, where the entry allows that; a refresh is under way. */
  | 'stale'
  | 'failed';

/** What happens, as it happens. Milliseconds are those of the clock's `elapsed`; no event carries a value or a key. */
export type CacheEvent =
  | {
      readonly type: 'get';
      readonly entry: string;
      readonly origin: Origin;
      /** Whether the source, or the cache, said that there is nothing. */
      readonly absent: boolean;
      readonly startedAt: number;
      readonly milliseconds: number;
    }
  | {
      readonly type: 'load';
      readonly entry: string;
      readonly outcome: 'loaded' | 'failed' | 'late' | 'refused';
      readonly startedAt: number;
      readonly milliseconds: number;
    }
  | {
      /** `failed`: nobody knows. `too-large`: not tried. */
      readonly type: 'store';
      readonly entry: string;
      readonly outcome: 'stored' | 'revoked' | 'newer' | 'failed' | 'too-large';
    }
  | {
      readonly type: 'refused';
      readonly entry: string;
      readonly scope: string;
      readonly reason: Refusal | 'older' | 'shape';
    }
  /** A connection was given up. With everything in order this is never seen: wake somebody. */
  | { readonly type: 'doubt'; readonly reason: DoubtReason }
  | { readonly type: 'connected' }
  | { readonly type: 'disconnected'; readonly retryMilliseconds: number }
  /** Too much under way: a read went to the source instead. */
  | { readonly type: 'bypassed' };

export type Observe = (event: CacheEvent) => void;
