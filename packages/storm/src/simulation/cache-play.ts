import { createCache } from '@nightlatch/cache/cache';
import type { Entry } from '@nightlatch/cache/entry';
import { SCRIPTS } from '@nightlatch/cache/scripts';
import type { Transport } from '@nightlatch/cache/transport';
import { z } from 'zod';
import { faultyLines } from './faulty-lines.ts';
import { memoryStore } from './memory-store.ts';
import { nothingYet, type Play } from './play.ts';
import { oneOf, playOut, type Theatre } from './theatre.ts';

const PROCESSES = 2;
const HOMES = ['home 1', 'home 11', 'home 1/1'];
const CAMERAS = ['1', '11', '1/1', '11/1'];
const READING = 6;
const READS = 10;
const CHANGES = 8;
/** Entries that somebody copies to where others belong, as they are, under their seal. */
const COPIES = 3;
const FAULTS = { drop: 0.004, repeat: 0.008, swap: 0.01, cross: 0.008 };
const LIFE_MILLISECONDS = 60_000;
const KEYS = { current: { id: 'k1', secret: new Uint8Array(32).fill(7) } };

const Settings = z.object({ home: z.string(), camera: z.string(), version: z.number() });
type Settings = z.infer<typeof Settings>;
type Key = { readonly camera: string };

/** A cache of settings in one process. */
type Cached = Pick<Entry<string, Key, Settings>, 'getMany' | 'invalidate'> & AsyncDisposable;
type Load = (home: string, camera: string) => Settings;
type MakeCached = (theatre: Theatre, transport: Transport, load: Load, onStopped: () => void) => Cached;

/** The transport of a store in memory, over lines that break the order of replies. */
function faultyTransport(theatre: Theatre, open: Transport['open']) {
  const lines = faultyLines<Promise<unknown>>(theatre, FAULTS);
  const transport: Transport = {
    open: async (onEnd) => {
      const line = lines.open();
      const wire = await open(onEnd);
      return {
        send: (...commands) => line.ask(() => wire.send(...commands)),
        destroy: () => {
          line.cut(new Error('destroyed'));
          wire.destroy();
        },
      };
    },
  };
  return { transport, lines };
}

const verified: MakeCached = (theatre, transport, load, onStopped) => {
  const cache = createCache({
    ...{ namespace: 'play', keys: KEYS, transport },
    ...{ clock: theatre.clock, random: theatre.bytes },
    observe: ({ type }) => {
      if (type === 'doubt' || type === 'refused') onStopped();
    },
  });
  const entry = cache.entry<string, Key, Settings>({
    ...{ name: 'settings', key: ['camera'], schema: Settings },
    ...{ ttlMilliseconds: LIFE_MILLISECONDS, nearMilliseconds: 0 },
    load: async ({ scope, key }) => {
      await theatre.turn('load');
      const value = load(scope, key.camera);
      return { value, version: value.version };
    },
  });
  return { ...entry, [Symbol.asyncDispose]: () => cache[Symbol.asyncDispose]() };
};

function settingsOf(text: string | null | undefined): Settings | undefined {
  try {
    return Settings.parse(JSON.parse(text ?? ''));
  } catch {
    return undefined;
  }
}

const Exec = z.tuple([z.unknown(), z.array(z.string().nullable())]);
const REPLY_MILLISECONDS = 250;

/** What many do: a connection that is believed, and JSON. It shows that a crossing would be seen. */
const bare: MakeCached = (theatre, transport, load) => {
  const opened = transport.open(() => undefined);
  const keyOf = (home: string, camera: string): string => `bare ${JSON.stringify([home, camera])}`;
  const within = async <Answer>(reply: Promise<Answer>): Promise<Answer> => {
    const late = Promise.withResolvers<never>();
    const cancel = theatre.clock.after(REPLY_MILLISECONDS, () => late.reject(new Error('late')));
    return Promise.race([reply, late.promise]).finally(cancel);
  };
  const store = async (key: string, text: string): Promise<void> => {
    const parameters = ['', text, '1', String(LIFE_MILLISECONDS), ''];
    const { sha } = SCRIPTS.put;
    await within((await opened).send(['evalsha', sha, '2', key, `lease ${key}`, ...parameters]));
  };
  const read = async (keys: readonly string[]): Promise<(string | null)[]> => {
    const reply = await within((await opened).send(['multi'], ['echo', ''], ['mget', ...keys], ['exec']));
    return Exec.parse(reply)[1];
  };
  return {
    getMany: async (home, asked) => {
      const found = await read(asked.map(({ camera }) => keyOf(home, camera))).catch(() => []);
      return Promise.all(
        asked.map(async ({ camera }, at) => {
          const stored = settingsOf(found[at]);
          if (stored !== undefined) return stored;
          await theatre.turn('load');
          const value = load(home, camera);
          await store(keyOf(home, camera), JSON.stringify(value)).catch(() => undefined);
          return value;
        }),
      );
    },
    invalidate: (home, { camera }) => store(keyOf(home, camera), JSON.stringify(load(home, camera))),
    [Symbol.asyncDispose]: async () => (await opened).destroy(),
  };
};

/** Settings of cameras are read in two processes, while some change, and the store and its lines misbehave. */
const playOf =
  (make: MakeCached): Play =>
  async (theatre) => {
    const { chance, turn, clock } = theatre;
    const store = memoryStore(clock);
    const versions = new Map<string, number>();
    const nameOf = (home: string, camera: string): string => JSON.stringify([home, camera]);
    const versionOf = (home: string, camera: string): number => versions.get(nameOf(home, camera)) ?? 1;
    const load: Load = (home, camera) => ({ home, camera, version: versionOf(home, camera) });
    const { transport, lines } = faultyTransport(theatre, store.transport.open);
    const outcome = nothingYet();
    const stopped = (): void => {
      outcome.stopped += 1;
    };
    const processes = Array.from({ length: PROCESSES }, () => ({
      cached: make(theatre, transport, load, stopped),
      /** Versions from which on this process has been told to answer. */
      floors: new Map<string, number>(),
    }));

    const judge = (
      found: Settings | undefined,
      asked: { home: string; camera: string; floor: number },
    ): void => {
      outcome.answered += 1;
      const isOwn = found?.home === asked.home && found.camera === asked.camera;
      if (!isOwn || found.version < asked.floor) outcome.foreign += 1;
    };
    const read = async (): Promise<void> => {
      await turn('read');
      const { cached, floors } = oneOf(processes, chance);
      const home = oneOf(HOMES, chance);
      const cameras = chance() < 0.3 ? CAMERAS : [oneOf(CAMERAS, chance)];
      const asked = cameras.map((camera) => ({ home, camera, floor: floors.get(nameOf(home, camera)) ?? 0 }));
      outcome.asked += asked.length;
      const found = await cached.getMany(
        home,
        cameras.map((camera) => ({ camera })),
      );
      for (const [at, one] of asked.entries()) judge(found[at], one);
    };
    const change = async (): Promise<void> => {
      await turn('change');
      const { cached, floors } = oneOf(processes, chance);
      const [home, camera] = [oneOf(HOMES, chance), oneOf(CAMERAS, chance)];
      const version = versionOf(home, camera) + 1;
      versions.set(nameOf(home, camera), version);
      try {
        await cached.invalidate(home, { camera }, { version });
      } catch {
        // Nobody knows whether it is done in the store; here it is.
      }
      floors.set(nameOf(home, camera), Math.max(version, floors.get(nameOf(home, camera)) ?? 0));
    };
    const copy = async (): Promise<void> => {
      await turn('copy');
      const [from, to] = [
        oneOf([...store.values.keys(), ''], chance),
        oneOf([...store.values.keys(), ''], chance),
      ];
      const entry = store.values.get(from);
      if (entry !== undefined && store.values.has(to)) store.values.set(to, entry);
    };
    outcome.steps = await playOut(theatre, [
      ...Array.from({ length: READING }, async () => {
        for (let one = 0; one < READS; one++) await read();
      }),
      ...Array.from({ length: CHANGES }, change),
      ...Array.from({ length: COPIES }, copy),
    ]);
    outcome.faults = lines.struck;
    for (const { cached } of processes) await cached[Symbol.asyncDispose]();
    return outcome;
  };

export const cachePlay = playOf(verified);
export const bareCachePlay = playOf(bare);
