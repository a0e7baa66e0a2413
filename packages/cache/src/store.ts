import { type Clock, fraction, type RandomBytes } from './clock.ts';
import { type Contents, macIn, open, seal } from './envelope.ts';
import { CacheError } from './errors.ts';
import type { Doubt, Far } from './far.ts';
import { leaseKeyOf } from './keys.ts';
import type { Loaded } from './loader.ts';
import type { Macs } from './mac.ts';
import type { Held, Mark, Near } from './near.ts';
import type { CacheEvent, Observe } from './observe.ts';
import { decode, type Frozen, type Schema } from './schema.ts';
import { SCRIPTS } from './scripts.ts';

export interface Times {
  readonly ttlMilliseconds: number;
  readonly absentMilliseconds: number;
  readonly staleMilliseconds: number;
  readonly nearMilliseconds: number;
}

export interface StoreParts<Value> {
  readonly name: string;
  readonly schema: Schema<Value>;
  readonly times: Times;
  readonly near: Near<Frozen<Value>>;
  /** Undefined: this process alone. */
  readonly far: Far | undefined;
  readonly macs: Macs;
  readonly channel: string;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly observe: Observe;
  readonly envelopeBytesMax: number;
}

/** What was found and believed. */
export interface Found<Value> {
  readonly held: Held<Frozen<Value>>;
  readonly stale: boolean;
}

/** ... or nothing of use, with the MAC of what stands there. */
export type Reading<Value> = Found<Value> | { readonly held: undefined; readonly seen: string };

export interface Store<Value> {
  /**
   * Believes what Redis has for a key, or not. What is doubtful ends its connection. `asked`: when and after which mark.
   */
  readonly accept: (wire: string, found: string | null, asked: Asked, doubt: Doubt) => Reading<Value>;
  /**
   * Keeps what was loaded, here and, with the token of a lease, in Redis. `asked`: when the source was. What to answer: that,
   * or something newer.
   */
  readonly fill: (
    wire: string,
    loaded: Loaded<Value>,
    token: string | undefined,
    asked: Asked,
  ) => Promise<Frozen<Value> | undefined>;
  /** @throws CacheError `unreachable` */
  readonly put: (wire: string, loaded: Loaded<Value>) => Promise<void>;
  /** @throws CacheError `unreachable` */
  readonly invalidate: (wire: string, floor: number | undefined) => Promise<void>;
}

export interface Asked {
  readonly scope: string;
  /** By `elapsed`. */
  readonly at: number;
  readonly since: Mark;
}

/** What the clocks of a fleet may differ. */
const SKEW_MILLISECONDS = 5_000;
const JITTER_PART = 0.1;
const NO_READING = { held: undefined, seen: '' } as const;

export function createStore<Value>(parts: StoreParts<Value>): Store<Value> {
  const { name, schema, times, near, far, macs, channel, clock, random, observe } = parts;
  const longest =
    Math.max(times.ttlMilliseconds, times.absentMilliseconds) + times.staleMilliseconds + SKEW_MILLISECONDS;
  const stored = (outcome: Extract<CacheEvent, { type: 'store' }>['outcome']) =>
    observe({ type: 'store', entry: name, outcome });
  const freshUntil = (askedAt: number): number =>
    far === undefined ? Number.POSITIVE_INFINITY : askedAt + times.nearMilliseconds;

  function contentsOf({ kind, text, version }: Loaded<Value>): Contents {
    const good = kind === 'value' ? times.ttlMilliseconds : times.absentMilliseconds;
    const staleAt = clock.now() + Math.ceil(good * (1 - JITTER_PART * fraction(random)));
    return {
      kind,
      text,
      version,
      staleAt,
      notAfter: staleAt + (kind === 'value' ? times.staleMilliseconds : 0),
    };
  }
  const heldOf = (
    { kind, version, staleAt, notAfter }: Contents,
    envelope: string,
    value: Frozen<Value> | undefined,
    askedAt: number,
  ): Held<Frozen<Value>> => ({
    contents: { kind, version, staleAt, notAfter },
    envelope,
    value,
    freshUntil: freshUntil(askedAt),
  });
  const readingOf = (held: Held<Frozen<Value>>): Reading<Value> => ({
    held,
    stale: held.contents.staleAt <= clock.now(),
  });

  const accept: Store<Value>['accept'] = (wire, found, asked, doubt) => {
    const known = near.known(wire);
    if (found === null || found.length > parts.envelopeBytesMax) return NO_READING;
    if (found === known?.envelope) {
      near.extend(wire, known, freshUntil(asked.at), asked.since);
      return readingOf(known);
    }
    const opened = open(macs, wire, found, { now: clock.now(), aheadMillisecondsMax: longest });
    const refused = (reason: Extract<CacheEvent, { type: 'refused' }>['reason']): Reading<Value> => {
      observe({ type: 'refused', entry: name, scope: asked.scope, reason });
      return { held: undefined, seen: macIn(found) };
    };
    if (opened === 'doubtful') {
      refused(opened);
      // It may stand there, and not only have come so; what cannot be compared goes in any case.
      far?.discardLater(wire, /^N1[\w-]{43}/.test(found) ? macIn(found) : '');
      doubt('wrong-envelope');
      throw new CacheError('unreachable', 'What the cache has there is not sealed for it.');
    }
    if (typeof opened === 'string') return refused(opened);
    if (opened.kind === 'floor') return { held: undefined, seen: opened.mac };
    if (known !== undefined && known.contents.version > opened.version) return refused('older');
    let value: Frozen<Value> | undefined;
    try {
      value = opened.kind === 'absent' ? undefined : decode(schema, opened.text);
    } catch {
      return refused('shape');
    }
    const held = heldOf(opened, found, value, asked.at);
    near.keep(wire, held, asked.since);
    return readingOf(held);
  };

  /** Undefined where it is not to be kept at all. */
  const sealed = (wire: string, loaded: Loaded<Value>) => {
    if (loaded.kind === 'absent' && times.absentMilliseconds <= 0) return undefined;
    const contents = contentsOf(loaded);
    const envelope = seal(macs, wire, contents);
    if (Buffer.byteLength(envelope) > parts.envelopeBytesMax) {
      stored('too-large');
      return undefined;
    }
    return { contents, envelope, lifeMilliseconds: Math.max(1, Math.ceil(contents.notAfter - clock.now())) };
  };

  return {
    accept,
    fill: async (wire, loaded, token, asked) => {
      const kept = sealed(wire, loaded);
      if (kept === undefined) {
        if (token !== undefined) far?.call(SCRIPTS.release, [leaseKeyOf(wire)], [token]).catch(() => {});
        return loaded.value;
      }
      const held = heldOf(kept.contents, kept.envelope, loaded.value, asked.at);
      if (far === undefined || token === undefined) {
        near.keep(wire, held, asked.since);
        return loaded.value;
      }
      try {
        const { word, envelope, doubt } = await far.call(
          SCRIPTS.fill,
          [wire, leaseKeyOf(wire)],
          [kept.envelope, String(loaded.version), String(kept.lifeMilliseconds), token],
        );
        if (word === 'stored') near.keep(wire, held, asked.since);
        else if (word !== 'revoked' && word !== 'newer') unexpected(doubt);
        stored(word);
        if (word === 'newer' && envelope !== undefined) {
          const newer = accept(wire, envelope, asked, doubt);
          if (newer.held !== undefined) return newer.held.value;
        }
      } catch {
        stored('failed');
      }
      return loaded.value;
    },
    put: async (wire, loaded) => {
      const since = near.mark();
      const kept = sealed(wire, loaded);
      // What cannot be kept has to take the place of what was there all the same.
      if (kept === undefined) return invalidate(wire, loaded.version);
      const held = heldOf(kept.contents, kept.envelope, loaded.value, clock.elapsed());
      if (far !== undefined) {
        const { word, doubt } = await far.call(
          SCRIPTS.put,
          [wire, leaseKeyOf(wire)],
          [kept.envelope, String(loaded.version), String(kept.lifeMilliseconds), channel],
        );
        if (word !== 'stored' && word !== 'newer') return unexpected(doubt);
        stored(word);
        if (word === 'newer') return;
      }
      near.keep(wire, held, since);
    },
    invalidate: (wire, floor) => invalidate(wire, floor),
  };

  async function invalidate(wire: string, floor: number | undefined): Promise<void> {
    const notAfter = clock.now() + longest - SKEW_MILLISECONDS;
    if (floor !== undefined) near.raise(wire, floor, notAfter);
    if (far === undefined) return;
    const keys = [wire, leaseKeyOf(wire)];
    if (floor === undefined) {
      const { word, doubt } = await far.call(SCRIPTS.drop, keys, [channel]);
      if (word !== 'dropped') unexpected(doubt);
      return;
    }
    const contents: Contents = { kind: 'floor', version: floor, staleAt: notAfter, notAfter, text: '' };
    // What has this version already may stay.
    const { word, doubt } = await far.call(SCRIPTS.put, keys, [
      seal(macs, wire, contents),
      String(floor - 1),
      String(Math.ceil(longest - SKEW_MILLISECONDS)),
      channel,
    ]);
    if (word !== 'stored' && word !== 'newer') unexpected(doubt);
  }

  function unexpected(doubt: Doubt): never {
    doubt('wrong-shape');
    throw new CacheError('unreachable', 'The cache said something else than was asked.');
  }
}
