import { type Clock, type RandomBytes, systemClock, systemRandom } from './clock.ts';
import { createEntry, type Entry, type EntryControl, type EntryOptions } from './entry.ts';
import { refuse } from './errors.ts';
import { createFar, type Far, type FarLimits } from './far.ts';
import { followInvalidations } from './invalidations.ts';
import type { KeyParts } from './keys.ts';
import type { LoadCount } from './loader.ts';
import { type KeyRing, type Macs, macsOf } from './mac.ts';
import type { Observe } from './observe.ts';
import type { Transport } from './transport.ts';

export interface CacheLimits extends FarLimits {
  /** Loads under way in this process, over all entries. */
  readonly loadsInFlightMax: number;
}

export interface CacheOptions {
  /** Sets this application apart from others in the same Redis. */
  readonly namespace: string;
  /** Keys of the MAC, the same in the whole fleet. Whoever has the current one can forge entries. */
  readonly keys: KeyRing;
  /** `redisTransport({ url })`; without one, this process keeps its own values and shares none. */
  readonly transport?: Transport | undefined;
  /** Hear of invalidations elsewhere over a second connection, at once and not after `nearMilliseconds`. */
  readonly follow?: boolean;
  readonly limits?: Partial<CacheLimits>;
  readonly observe?: Observe;
  readonly clock?: Clock;
  readonly random?: RandomBytes;
}

export interface Cache extends AsyncDisposable {
  /** Declares what is cached. @throws CacheError `misused`; also for a name that is declared already */
  readonly entry: <Scope extends string, Key extends KeyParts, Value>(
    options: EntryOptions<Scope, Key, Value>,
  ) => Entry<Scope, Key, Value>;
}

/** What the entries of a cache share. */
export interface CacheParts {
  readonly namespace: string;
  readonly macs: Macs;
  readonly far: Far | undefined;
  /** Where invalidations are published; empty where nobody listens. */
  readonly channel: string;
  readonly count: LoadCount;
  readonly envelopeBytesMax: number;
  readonly observe: Observe;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly assertOpen: () => void;
}

const LIMITS: CacheLimits = {
  replyMilliseconds: 250,
  connectMilliseconds: 2_000,
  keysInFlightMax: 10_000,
  commandsInFlightMax: 2_000,
  envelopeBytesMax: 256 * 1024,
  pauseMilliseconds: 50,
  pauseMillisecondsMax: 10_000,
  steadyMilliseconds: 10_000,
  loadsInFlightMax: 1_000,
};

/**
 * A cache whose answers are the asked-for key's own, or the source's. It decides nothing: who may see what is for the source
 * to say (README). @throws CacheError `misused`
 */
export function createCache(options: CacheOptions): Cache {
  const { namespace, transport, follow = false, clock = systemClock, random = systemRandom } = options;
  const limits = { ...LIMITS, ...options.limits };
  for (const [name, value] of Object.entries(limits))
    if (!(value > 0)) refuse('misused', `${name} has to be more than 0.`);
  const observe = options.observe ?? (() => {});
  const macs = macsOf(options.keys);
  const far = transport === undefined ? undefined : createFar({ transport, limits, clock, random, observe });
  const channel = transport === undefined ? '' : `nightlatch cache ${namespace}`;
  const controls = new Map<string, EntryControl>();
  let closed = false;
  const parts: CacheParts = {
    namespace,
    macs,
    far,
    channel,
    count: { max: limits.loadsInFlightMax, underWay: 0 },
    envelopeBytesMax: limits.envelopeBytesMax,
    observe,
    clock,
    random,
    assertOpen: () => {
      if (closed) refuse('closed', 'The cache is closed.');
    },
  };
  const following =
    follow && transport?.subscribe !== undefined
      ? followInvalidations({
          subscribe: transport.subscribe,
          channel,
          limits,
          clock,
          random,
          onInvalid: (wire) => {
            for (const { drop } of controls.values()) drop(wire);
          },
          onGap: () => {
            for (const { clear } of controls.values()) clear();
          },
        })
      : undefined;

  return {
    entry: (entryOptions) => {
      if (controls.has(entryOptions.name)) refuse('misused', `${entryOptions.name} is declared already.`);
      const { entry, control } = createEntry(parts, entryOptions);
      controls.set(entryOptions.name, control);
      return entry;
    },
    [Symbol.asyncDispose]: async () => {
      closed = true;
      following?.close();
      far?.close();
      for (const { clear } of controls.values()) clear();
    },
  };
}
