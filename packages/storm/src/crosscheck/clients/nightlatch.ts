import { createCache } from '@nightlatch/cache/cache';
import { wireKeys } from '@nightlatch/cache/keys';
import { redisTransport } from '@nightlatch/cache/redis';
import { z } from 'zod';
import type { Adapter } from '../client.ts';
import type { Question } from '../values.ts';

const SECRET = Buffer.from('one secret for the whole fleet, of 32 bytes or more');
const versionIn = (value: string): number =>
  z.object({ version: z.number() }).parse(JSON.parse(value)).version;
const partsOf = ({ key }: Question) => ({ key });
const wireOf = wireKeys<{ key: string }>({ namespace: 'crosscheck', name: 'value', parts: ['key'] });

export const adapter: Adapter = {
  name: 'nightlatch',
  packageName: '@nightlatch/cache',
  readsThrough: true,
  cancels: true,
  readsInReply: 12,
  keyOf: (question) => wireOf(question.tenant, partsOf(question)),
  open: async ({ port, load, timeoutMilliseconds, reconnectMillisecondsMax: pause }) => {
    const connected = Promise.withResolvers<void>();
    const cache = createCache({
      namespace: 'crosscheck',
      keys: { current: { id: 'k1', secret: SECRET } },
      transport: redisTransport({ url: `redis://127.0.0.1:${port}` }),
      limits: {
        replyMilliseconds: timeoutMilliseconds,
        ...(pause === undefined ? {} : { pauseMilliseconds: pause, pauseMillisecondsMax: pause }),
      },
      observe: ({ type }) => {
        if (type === 'connected' || type === 'disconnected') connected.resolve();
      },
    });
    await connected.promise;
    const values = cache.entry({
      name: 'value',
      key: ['key'],
      schema: z.string(),
      ttlMilliseconds: 600_000,
      nearMilliseconds: 0,
      // Also how long others wait for one whose connection has ended.
      loadMilliseconds: 500,
      load: async ({ scope, key }: { scope: string; key: { key: string } }) => {
        const value = await load({ tenant: scope, key: key.key });
        return { value, version: versionIn(value) };
      },
    });
    return {
      read: (question, signal) => values.get(question.tenant, partsOf(question), { signal }),
      write: (question, value) =>
        values.put(question.tenant, partsOf(question), { value, version: versionIn(value) }),
      invalidate: (question) => values.invalidate(question.tenant, partsOf(question)),
      close: async () => await cache[Symbol.asyncDispose](),
    };
  },
};
