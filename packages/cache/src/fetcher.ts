import { type Clock, fraction, pause, type RandomBytes, unguessable } from './clock.ts';
import { macIn } from './envelope.ts';
import { CacheError } from './errors.ts';
import type { Far } from './far.ts';
import { type KeyParts, leaseKeyOf } from './keys.ts';
import type { Loaded } from './loader.ts';
import type { Near } from './near.ts';
import type { Origin } from './observe.ts';
import type { Frozen } from './schema.ts';
import { SCRIPTS } from './scripts.ts';
import type { Asked, Found, Reading, Store } from './store.ts';

export interface Fetched<Value> {
  readonly value: Frozen<Value> | undefined;
  readonly origin: Origin;
}

export interface FetcherParts<Scope extends string, Key extends KeyParts, Value> {
  readonly near: Near<Frozen<Value>>;
  readonly far: Far | undefined;
  readonly store: Store<Value>;
  readonly load: (scope: Scope, key: Key) => Promise<Loaded<Value>>;
  readonly loadMilliseconds: number;
  readonly nearMilliseconds: number;
  readonly envelopeBytesMax: number;
  readonly clock: Clock;
  readonly random: RandomBytes;
}

export interface Fetcher<Scope extends string, Key extends KeyParts, Value> {
  /** What is not fresh in memory. Who asks for the same while it is under way, waits for the same. */
  readonly one: (wire: string, scope: Scope, key: Key) => Promise<Fetched<Value>>;
  readonly many: (
    scope: Scope,
    asked: readonly { readonly key: Key; readonly wire: string }[],
  ) => Promise<Fetched<Value>[]>;
  /** What is under way is not joined or kept any more. With a version, newer values stay. */
  readonly drop: (wire: string, below?: number) => void;
  readonly clear: () => void;
}

interface Flight<Value> {
  readonly startedAt: number;
  readonly fetching: Promise<Fetched<Value>>;
}

const HELD_PAUSE_MILLISECONDS = 10;
const HELD_PAUSE_MILLISECONDS_MAX = 100;

export function createFetcher<Scope extends string, Key extends KeyParts, Value>(
  parts: FetcherParts<Scope, Key, Value>,
): Fetcher<Scope, Key, Value> {
  const { near, far, store, load, loadMilliseconds, clock, random } = parts;
  const flights = new Map<string, Flight<Value>>();
  const refreshes = new Map<string, Promise<Fetched<Value>>>();

  const askedNow = (scope: Scope): Asked => ({ scope, at: clock.elapsed(), since: near.mark() });

  /** One look into Redis; told at once what came of it, because a promise for each of many keys costs more than the look. */
  function look(
    wire: string,
    scope: Scope,
    take: (reading: Reading<Value>) => void,
    fail: (error: unknown) => void,
  ): void {
    const asked = askedNow(scope);
    far?.read({
      wire,
      fail,
      take: (found, doubt) => {
        try {
          take(store.accept(wire, found, asked, doubt));
        } catch (error) {
          fail(error);
        }
      },
    });
  }

  async function fromSource(wire: string, scope: Scope, key: Key, token?: string): Promise<Fetched<Value>> {
    const asked = askedNow(scope);
    try {
      const loaded = await load(scope, key);
      return { value: await store.fill(wire, loaded, token, asked), origin: 'source' };
    } catch (error) {
      if (token !== undefined) far?.call(SCRIPTS.release, [leaseKeyOf(wire)], [token]).catch(() => {});
      throw error;
    }
  }

  /** By lease: whoever gets it loads, the others wait for what it stores. `seen`: what stands there and is no use. */
  async function refill(wire: string, scope: Scope, key: Key, seen: string): Promise<Fetched<Value>> {
    if (far === undefined) return fromSource(wire, scope, key);
    const token = unguessable(random, 16);
    const until = clock.elapsed() + 2 * loadMilliseconds;
    let useless = seen;
    let most = HELD_PAUSE_MILLISECONDS;
    while (clock.elapsed() < until) {
      const asked = askedNow(scope);
      const parameters = [
        token,
        String(Math.ceil(loadMilliseconds)),
        String(parts.envelopeBytesMax),
        useless,
      ];
      const answer = await far.call(SCRIPTS.lease, [wire, leaseKeyOf(wire)], parameters);
      if (answer.word === 'granted') return fromSource(wire, scope, key, token);
      if (answer.word === 'found' && answer.envelope !== undefined) {
        const reading = store.accept(wire, answer.envelope, asked, answer.doubt);
        if (reading.held !== undefined) return { value: reading.held.value, origin: 'far' };
        useless = macIn(answer.envelope);
      } else if (answer.word === 'held') {
        await pause(clock, most * (0.5 + fraction(random) / 2));
        most = Math.min(HELD_PAUSE_MILLISECONDS_MAX, most * 2);
      } else {
        answer.doubt('wrong-shape');
        throw new CacheError('unreachable', 'The cache said something else than was asked.');
      }
    }
    return fromSource(wire, scope, key);
  }

  /** Whatever is wrong with the cache, the source has the answer; whatever is wrong with the source, is said. */
  const aroundCache = (wire: string, scope: Scope, key: Key) => async (error: unknown) => {
    if (error instanceof CacheError && error.kind === 'unreachable') return fromSource(wire, scope, key);
    throw error;
  };
  const filled = (wire: string, scope: Scope, key: Key, seen: string): Promise<Fetched<Value>> =>
    refill(wire, scope, key, seen).catch(aroundCache(wire, scope, key));

  function refresh(wire: string, scope: Scope, key: Key, seen: string): void {
    if (refreshes.has(wire)) return;
    const refreshing = filled(wire, scope, key, seen);
    refreshes.set(wire, refreshing);
    // Nobody waits for it: its failure shows as that of its load.
    refreshing.catch(() => {}).finally(() => refreshes.delete(wire));
  }

  function used(wire: string, scope: Scope, key: Key, { held, stale }: Found<Value>): Fetched<Value> {
    if (stale) refresh(wire, scope, key, macIn(held.envelope));
    return { value: held.value, origin: stale ? 'stale' : 'far' };
  }

  /** Without Redis, what is known may be past its time; with it, only Redis says that it still stands. */
  function alone(wire: string, scope: Scope, key: Key): Promise<Fetched<Value>> {
    const held = near.known(wire);
    if (held === undefined || held.contents.kind === 'floor') return fromSource(wire, scope, key);
    refresh(wire, scope, key, '');
    return Promise.resolve({ value: held.value, origin: 'stale' });
  }

  function joined(wire: string): Promise<Fetched<Value>> | undefined {
    const flight = flights.get(wire);
    // An older one may not have heard of an invalidation elsewhere.
    const young =
      far === undefined ||
      (flight !== undefined && clock.elapsed() - flight.startedAt < parts.nearMilliseconds);
    return young ? flight?.fetching : undefined;
  }
  /** Told how the fetch ends; one promise for it, because a chain of them costs more than the look. */
  function begun(
    wire: string,
    start: (resolve: (fetched: Fetched<Value>) => void, reject: (error: unknown) => void) => void,
  ): Promise<Fetched<Value>> {
    const { promise: fetching, resolve, reject } = Promise.withResolvers<Fetched<Value>>();
    const flight = { startedAt: clock.elapsed(), fetching };
    flights.set(wire, flight);
    const done = () => {
      if (flights.get(wire) === flight) flights.delete(wire);
    };
    start(
      (fetched) => {
        done();
        resolve(fetched);
      },
      (error) => {
        done();
        reject(error);
      },
    );
    return fetching;
  }
  const flying = (wire: string, fetch: () => Promise<Fetched<Value>>): Promise<Fetched<Value>> =>
    joined(wire) ?? begun(wire, (resolve, reject) => fetch().then(resolve, reject));

  const one: Fetcher<Scope, Key, Value>['one'] = (wire, scope, key) =>
    far === undefined
      ? flying(wire, () => alone(wire, scope, key))
      : (joined(wire) ??
        begun(wire, (resolve, reject) =>
          look(
            wire,
            scope,
            (reading) => {
              if (reading.held === undefined) filled(wire, scope, key, reading.seen).then(resolve, reject);
              else resolve(used(wire, scope, key, reading));
            },
            (error) => aroundCache(wire, scope, key)(error).then(resolve, reject),
          ),
        ));

  /** Of many keys each look is a callback; what Redis does not have is waited for like any other. */
  const many: Fetcher<Scope, Key, Value>['many'] = (scope, asked) =>
    new Promise((resolve, reject) => {
      const fetched: Fetched<Value>[] = new Array(asked.length);
      let missing = asked.length;
      if (missing === 0) return resolve(fetched);
      const arrived = (at: number, each: Fetched<Value>) => {
        fetched[at] = each;
        if (--missing === 0) resolve(fetched);
      };
      for (const [at, { wire, key }] of asked.entries()) {
        const wait = (fetching: Promise<Fetched<Value>>) =>
          fetching.then((each) => arrived(at, each), reject);
        const held = near.fresh(wire);
        const underWay = held === undefined ? joined(wire) : undefined;
        if (held !== undefined) arrived(at, { value: held.value, origin: 'near' });
        else if (underWay !== undefined) wait(underWay);
        else if (far === undefined) wait(one(wire, scope, key));
        else
          look(
            wire,
            scope,
            (reading) => {
              if (reading.held === undefined)
                wait(flying(wire, () => filled(wire, scope, key, reading.seen)));
              else arrived(at, used(wire, scope, key, reading));
            },
            (error) => wait(flying(wire, () => aroundCache(wire, scope, key)(error))),
          );
      }
    });

  return {
    one,
    many,
    drop: (wire, below) => {
      near.drop(wire, below);
      flights.delete(wire);
      refreshes.delete(wire);
    },
    clear: () => {
      near.clear();
      flights.clear();
    },
  };
}
