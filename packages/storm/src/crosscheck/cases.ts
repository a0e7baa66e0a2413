import { Redis } from 'ioredis';
import {
  delayed,
  dropped,
  halfOpen,
  often,
  repeated,
  resetInside,
  split,
  swapped,
  truncated,
  unsolicited,
} from '../faults/resp-faults.ts';
import type { Fault } from '../faults/resp-proxy.ts';
import type { Outcome } from './case-messages.ts';
import type { Adapter, OpenClient } from './client.ts';
import { collisionsOf } from './collisions.ts';
import type { Ground } from './ground.ts';
import { add, noOutcome } from './outcome.ts';
import { judgeRead, readAll } from './reading.ts';

/** One fault, and what happens to reads under it. */
export interface Case {
  readonly name: string;
  /** TCP and a sound server never do this; a broken proxy, a cancelled command or a bug in between does. */
  readonly artificial: boolean;
  readonly says: string;
  /** Settings of the Redis that it needs. */
  readonly settings?: readonly string[];
  readonly applies?: (adapter: Adapter) => boolean;
  run(ground: Ground): Promise<Outcome>;
}

/** After the hello of a client, and before its first fifty reads have gone. */
const readAt = ({ random }: Ground): number => 20 + Math.floor(random() * 40);
/** ... as a reply. */
const strikeAt = (ground: Ground): number => Math.floor(readAt(ground) / (ground.adapter.readsInReply ?? 1));

async function warmed(ground: Ground): Promise<OpenClient> {
  const client = await ground.open();
  for (const question of ground.questions) await client.write(question, ground.values.of(question));
  return client;
}

const reading = ({ questions, extent, expected }: Ground) => ({
  ...expected,
  questions,
  inFlight: extent.inFlight,
});

/** All values are there; then the fault strikes while they are read. */
function underFault(name: string, artificial: boolean, says: string, make: (ground: Ground) => Fault): Case {
  return {
    ...{ name, artificial, says },
    run: async (ground) => {
      const client = await warmed(ground);
      ground.proxy.setFault(make(ground));
      const outcome = await readAll(client, reading(ground));
      if (ground.proxy.struck === 0) throw new Error(`"${name}" never struck ${ground.adapter.name}`);
      return outcome;
    },
  };
}

const readsThrough = ({ readsThrough: does }: Adapter): boolean => does;
const STALE_ROUNDS = 50;
const FLEET = 8;
/** Whoever goes around the cache for longer is not tried meanwhile. */
const UNENDING_PAUSE_MILLISECONDS = 5;
/** An origin that takes no time would answer everything before a connection is there again. */
const UNENDING_LOAD_MILLISECONDS = 10;
const UNENDING = { drop: 0.0015, repeat: 0.0015, swap: 0.0015, delay: 0.0005, delayMilliseconds: 1_000 };

export const CASES: readonly Case[] = [
  underFault('reply dropped', true, 'one reply never comes', (ground) => dropped(strikeAt(ground))),
  underFault('reply repeated', true, 'one reply comes twice', (ground) => repeated(strikeAt(ground))),
  underFault('replies swapped', true, 'two replies change places', (ground) => swapped(strikeAt(ground))),
  underFault('reply late', false, 'a reply comes long after the timeout of a command', (ground) =>
    delayed(strikeAt(ground), ground.extent.timeoutMilliseconds * 3),
  ),
  underFault('reply truncated', true, 'half of a reply comes, and the next one behind it', (ground) =>
    truncated(strikeAt(ground)),
  ),
  underFault('reply in pieces', false, 'every reply comes in packets of seven bytes', () => split(7)),
  underFault('stray reply', true, 'a reply comes that nobody asked for', (ground) =>
    unsolicited(strikeAt(ground), '$5\r\nstray\r\n'),
  ),
  underFault('stray push', true, 'a push of RESP3 comes that nobody asked for', (ground) =>
    unsolicited(strikeAt(ground), '>2\r\n$5\r\nstray\r\n$4\r\npush\r\n'),
  ),
  underFault('reset inside a reply', false, 'the connection is reset in the middle of a reply', (ground) =>
    resetInside(strikeAt(ground)),
  ),
  underFault('half-open', false, 'the connection stays open, and nothing comes any more', (ground) =>
    halfOpen(strikeAt(ground)),
  ),
  {
    name: 'faults that do not end',
    artificial: true,
    says: 'eight clients read, and of a thousand replies five are dropped, repeated, late, or change places, on every connection',
    run: async (ground) => {
      await warmed(ground);
      const fleet: OpenClient[] = [];
      while (fleet.length < FLEET)
        fleet.push(await ground.open(ground.proxy.port, UNENDING_PAUSE_MILLISECONDS));
      ground.origin.slowDown(UNENDING_LOAD_MILLISECONDS);
      ground.proxy.setFault(often(UNENDING, ground.random));
      const outcomes = fleet.map(async (client) => {
        let sum = noOutcome();
        for (let round = 0; round < ground.extent.rounds; round++)
          sum = add(sum, await readAll(client, reading(ground)));
        return sum;
      });
      return (await Promise.all(outcomes)).reduce(add);
    },
  },
  {
    name: 'reads cancelled',
    artificial: false,
    says: 'every third read is cancelled, some before it is sent, some while its reply is on the way',
    applies: ({ cancels }) => cancels,
    run: async (ground) => {
      const client = await warmed(ground);
      const cancelled = new Set<AbortController>();
      const outcome = await readAll(client, {
        ...reading(ground),
        signalOf: (index) => {
          const controller = new AbortController();
          if (index % 3 === 0) {
            cancelled.add(controller);
            const turns = Math.floor(ground.random() * 6);
            void turnsLater(turns).then(() => controller.abort());
          }
          return controller.signal;
        },
      });
      // Whoever cancels wants no answer.
      const wanted = Math.min(outcome.error, cancelled.size);
      return { ...outcome, error: outcome.error - wanted, right: outcome.right + wanted };
    },
  },
  {
    name: 'server restart',
    artificial: false,
    says: 'the server is killed and comes back empty while it is read',
    run: async (ground) => {
      const client = await warmed(ground);
      let restarting = Promise.resolve();
      const at = readAt(ground);
      const outcome = await readAll(client, {
        ...reading(ground),
        before: (index) => {
          if (index === at) restarting = ground.redis.restart();
        },
      });
      await restarting;
      return outcome;
    },
  },
  {
    name: 'failover to an older copy',
    artificial: false,
    says: 'a copy that has missed the last writes takes over while it is read',
    run: async (ground) => {
      const copy = await ground.anotherRedis();
      const behind = await ground.open(copy.port);
      for (const question of ground.questions) await behind.write(question, ground.values.of(question));
      const client = await warmed(ground);
      for (const question of ground.questions) await client.write(question, ground.origin.renew(question));
      const at = readAt(ground);
      return await readAll(client, {
        ...reading(ground),
        versionMin: 2,
        before: (index) => {
          if (index === at) ground.proxy.setUpstream(copy.port);
        },
      });
    },
  },
  {
    name: 'out of memory',
    artificial: false,
    says: 'the server refuses writes, and newer values cannot be stored',
    run: async (ground) => {
      const client = await warmed(ground);
      const admin = new Redis({ port: ground.redis.port, host: '127.0.0.1' });
      await admin.config('SET', 'maxmemory-policy', 'noeviction');
      await admin.config('SET', 'maxmemory', '1mb');
      admin.disconnect();
      let refused = 0;
      for (const question of ground.questions)
        await client.write(question, ground.origin.renew(question)).catch(() => {
          refused += 1;
        });
      // A client that says that it could not write has said so: its caller knows that the old value is there.
      const versionMin = refused === ground.questions.length ? 1 : 2;
      return await readAll(client, { ...reading(ground), versionMin });
    },
  },
  {
    name: 'eviction',
    artificial: false,
    says: 'the server throws values away while it is read',
    settings: ['--maxmemory', '3mb', '--maxmemory-policy', 'allkeys-random'],
    run: async (ground) => {
      const client = await warmed(ground);
      const filler = await ground.open();
      let filling = Promise.resolve();
      const outcome = await readAll(client, {
        ...reading(ground),
        before: (index) => {
          const other = { tenant: 'filler', key: `${index}` };
          filling = filling.then(() => filler.write(other, 'x'.repeat(4_000))).catch(() => undefined);
        },
      });
      await filling;
      return outcome;
    },
  },
  {
    name: 'all reconnect at once',
    artificial: false,
    says: 'the connections of all clients are reset at once while each reads',
    run: async (ground) => {
      const { extent, questions, expected, proxy } = ground;
      await warmed(ground);
      const clients: OpenClient[] = [];
      for (let one = 0; one < extent.clients; one++) clients.push(await ground.open());
      const some = questions.slice(0, 4);
      const reads = clients.map((client) => readAll(client, { ...expected, questions: some, inFlight: 2 }));
      proxy.resetAll();
      return (await Promise.all(reads)).reduce(add, noOutcome());
    },
  },
  {
    name: 'colliding keys',
    artificial: false,
    says: 'questions of which the client makes one key, found by search among its own keys',
    applies: ({ keyOf }) => keyOf !== undefined,
    run: async (ground) => {
      const client = await ground.open();
      const outcome = noOutcome();
      for (const [one, other] of collisionsOf(ground)) {
        await judgeRead(client, one, ground.expected);
        outcome[await judgeRead(client, other, ground.expected)] += 1;
      }
      return outcome;
    },
  },
  {
    name: 'tenants at once',
    artificial: false,
    says: 'all tenants ask for the same key at the same moment, and the origin is slow',
    applies: readsThrough,
    run: async (ground) => {
      const client = await ground.open();
      ground.origin.hold();
      const reads = readAll(client, { ...reading(ground), inFlight: ground.questions.length });
      await ground.origin.asked(1);
      ground.origin.letGo();
      return await reads;
    },
  },
  {
    name: 'fill after invalidation',
    artificial: false,
    says: 'a value is loaded, a newer one takes its place at the origin, the key is invalidated, and only then the load ends',
    applies: readsThrough,
    run: async (ground) => {
      const client = await ground.open();
      const { origin, expected } = ground;
      const outcome = noOutcome();
      for (const question of ground.questions.slice(0, STALE_ROUNDS)) {
        origin.hold();
        const old = judgeRead(client, question, expected);
        await origin.asked(1);
        origin.renew(question);
        await client.invalidate(question);
        origin.letGo();
        await old;
        outcome[await judgeRead(client, question, { ...expected, versionMin: 2 })] += 1;
      }
      return outcome;
    },
  },
];

async function turnsLater(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}
