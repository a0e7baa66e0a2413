import { PLACES } from '@nightlatch/cache/envelope';
import { SCRIPTS, type ScriptName } from '@nightlatch/cache/scripts';
import type { Transport, Wire } from '@nightlatch/cache/transport';
import type { ManualClock } from './manual-clock.ts';

type Reply = unknown;

export interface MemoryStore {
  readonly values: Map<string, { text: string; until: number }>;
  readonly transport: Transport;
  /** Names of the scripts that were called, in order. */
  readonly calls: string[];
  readonly opened: () => number;
  readonly destroyed: () => number;
  /** What becomes of replies from here on; undefined loses one. */
  spoil: (reply: Reply, script: string) => Reply;
  /** Refuses new connections while true. */
  down: boolean;
  /** Ends every connection there is. */
  readonly hangUp: () => void;
  /** Keeps replies until it is called off. */
  readonly hold: () => () => void;
}

const cut = (text: string, [from, to]: readonly [number, number]): string => text.slice(from - 1, to);

/** What the scripts do, without Redis and on a clock of one's own; `scripts-in-redis.test.ts` holds both against each other. */
export function memoryStore(clock: ManualClock): MemoryStore {
  const values = new Map<string, { text: string; until: number }>();
  const subscribers = new Set<(message: string) => void>();
  const ends = new Set<(reason: Error) => void>();
  const calls: string[] = [];
  let opened = 0;
  let destroyed = 0;
  let held: (() => void)[] | undefined;

  const get = (key: string): string | undefined => {
    const found = values.get(key);
    return found !== undefined && clock.now() < found.until ? found.text : undefined;
  };
  const set = (key: string, text: string, milliseconds: string | undefined) =>
    values.set(key, { text, until: clock.now() + Number(milliseconds) });
  const publish = (channel: string | undefined, message: string) => {
    if (channel !== '') for (const tell of subscribers) tell(message);
  };
  const store = (key: string, [, envelope = '', version, life]: readonly string[]) => {
    const kept = get(key);
    if (kept !== undefined && Number(cut(kept, PLACES.version)) > Number(version)) return ['newer', kept];
    set(key, envelope, life);
    return ['stored'];
  };

  const run: Record<ScriptName, (keys: readonly string[], args: readonly string[]) => Reply> = {
    lease: ([value = '', lease = ''], [, token = '', life, most, seen]) => {
      const kept = get(value);
      if (kept !== undefined && Buffer.byteLength(kept) <= Number(most) && cut(kept, PLACES.mac) !== seen)
        return ['found', kept];
      if (get(lease) !== undefined) return ['held'];
      set(lease, token, life);
      return ['granted'];
    },
    fill: ([value = '', lease = ''], args) => {
      if (get(lease) !== args[4]) return ['revoked'];
      values.delete(lease);
      return store(value, args);
    },
    put: ([value = '', lease = ''], args) => {
      values.delete(lease);
      const answer = store(value, args);
      if (answer[0] === 'stored') publish(args[4], value);
      return answer;
    },
    drop: ([value = '', lease = ''], [, channel]) => {
      values.delete(value);
      values.delete(lease);
      publish(channel, value);
      return ['dropped'];
    },
    release: ([lease = ''], [, token]) => {
      if (get(lease) === token) values.delete(lease);
      return ['released'];
    },
    discard: ([value = ''], [, mac]) => {
      const kept = get(value);
      if (kept !== undefined && (mac === '' || cut(kept, PLACES.mac) === mac)) values.delete(value);
      return ['discarded'];
    },
  };

  function answerTo([command = [], ...more]: readonly (readonly string[])[]): { name: string; reply: Reply } {
    if (command[0] === 'script') {
      const script = Object.values(SCRIPTS).find(({ lua }) => lua === command[2]);
      return { name: 'load', reply: script?.sha };
    }
    if (command[0] === 'multi') {
      calls.push('read');
      const [echo, mget] = more;
      return { name: 'read', reply: [echo?.[1], mget?.slice(1).map((key) => get(key) ?? null)] };
    }
    const [, sha, count, ...rest] = command;
    const keys = rest.slice(0, Number(count));
    const args = rest.slice(Number(count));
    for (const [name, act] of Object.entries(run))
      for (const [known, script] of Object.entries(SCRIPTS))
        if (known === name && script.sha === sha) {
          calls.push(name);
          return { name, reply: [args[0] + keys.join(''), act(keys, args)] };
        }
    throw new Error('there is no such script');
  }

  const memory: MemoryStore = {
    values,
    calls,
    opened: () => opened,
    destroyed: () => destroyed,
    spoil: (reply) => reply,
    down: false,
    hangUp: () => {
      for (const end of [...ends]) end(new Error('the connection has ended'));
    },
    hold: () => {
      held = [];
      return () => {
        const all = held ?? [];
        held = undefined;
        for (const go of all) go();
      };
    },
    transport: {
      open: async (onEnd) => {
        if (memory.down) throw new Error('nobody answers');
        opened++;
        ends.add(onEnd);
        const send: Wire['send'] = (...commands) =>
          new Promise((resolve) => {
            const { name, reply } = answerTo(commands);
            const go = () => {
              const spoilt = name === 'load' ? reply : memory.spoil(reply, name);
              if (spoilt !== undefined) resolve(spoilt);
            };
            if (held === undefined || name === 'load') go();
            else held.push(go);
          });
        return {
          send,
          destroy: () => {
            if (ends.delete(onEnd)) destroyed++;
          },
        };
      },
      subscribe: async (_channel, onMessage, onEnd) => {
        if (memory.down) throw new Error('nobody answers');
        const end = () => {
          subscribers.delete(onMessage);
          ends.delete(end);
          onEnd(new Error('the connection has ended'));
        };
        subscribers.add(onMessage);
        ends.add(end);
        return { close: () => subscribers.delete(onMessage) };
      },
    },
  };
  return memory;
}
