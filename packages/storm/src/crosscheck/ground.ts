import { seeded } from '../faults/chance.ts';
import { type RespProxy, startRespProxy } from '../faults/resp-proxy.ts';
import type { Extent } from './case-messages.ts';
import type { Adapter, OpenClient } from './client.ts';
import { createOrigin, type Origin } from './origin.ts';
import type { Expected } from './reading.ts';
import { type RedisServer, startRedisServer } from './redis-server.ts';
import { makeValues, type Question, type Values } from './values.ts';

/** What one case of one client stands on. Everything is its own, and let go of when the case is over. */
export interface Ground extends AsyncDisposable {
  readonly adapter: Adapter;
  readonly extent: Extent;
  readonly redis: RedisServer;
  readonly proxy: RespProxy;
  readonly values: Values;
  readonly origin: Origin;
  readonly random: () => number;
  /** Some tenants with the same keys, in an order by chance. */
  readonly questions: readonly Question[];
  readonly expected: Expected;
  open(port?: number, reconnectMillisecondsMax?: number): Promise<OpenClient>;
  /** Another Redis for this case. */
  anotherRedis(settings?: readonly string[]): Promise<RedisServer>;
}

const TENANTS = 20;

export async function layGround(
  adapter: Adapter,
  extent: Extent,
  seed: number,
  settings: readonly string[] = [],
): Promise<Ground> {
  await using stack = new AsyncDisposableStack();
  const random = seeded(seed);
  const secret = Buffer.from(Array.from({ length: 32 }, () => Math.floor(random() * 256)));
  const values = makeValues(secret);
  const origin = createOrigin(values);
  const redis = stack.use(await startRedisServer(settings));
  const proxy = stack.use(await startRespProxy(redis.port));
  const all = Array.from({ length: extent.reads }, (_, index) => ({
    tenant: `tenant-${index % TENANTS}`,
    key: `camera-${Math.floor(index / TENANTS)}`,
    at: random(),
  }));
  const owned = stack.move();
  return {
    ...{ adapter, extent, redis, proxy, values, origin, random },
    questions: all.sort((one, other) => one.at - other.at).map(({ tenant, key }) => ({ tenant, key })),
    expected: { values, versionMin: 1, deadlineMilliseconds: extent.deadlineMilliseconds },
    open: async (port = proxy.port, reconnectMillisecondsMax = undefined) => {
      const client = await adapter.open({
        port,
        timeoutMilliseconds: extent.timeoutMilliseconds,
        load: origin.load,
        reconnectMillisecondsMax,
      });
      owned.defer(() => withPatience(client.close()));
      return client;
    },
    anotherRedis: async (given) => owned.use(await startRedisServer(given)),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const CLOSING_MILLISECONDS = 2_000;

/** A client that does not close is left behind: its Redis goes away under it. */
async function withPatience(closing: Promise<void> | void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSING_MILLISECONDS);
  });
  await Promise.race([Promise.resolve(closing).catch(() => undefined), late]);
  clearTimeout(timer);
}
