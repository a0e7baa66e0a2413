import { createCache } from 'async-cache-dedupe';
import { Redis } from 'ioredis';
import type { Adapter } from '../client.ts';
import type { Question } from '../values.ts';

const TTL_SECONDS = 600;

export const adapter: Adapter = {
  name: 'async-cache-dedupe',
  packageName: 'async-cache-dedupe',
  readsThrough: true,
  cancels: false,
  open: async ({ port, load, timeoutMilliseconds }) => {
    const client = new Redis({ port, host: '127.0.0.1', commandTimeout: timeoutMilliseconds });
    client.on('error', () => undefined);
    await client.ping();
    // It is typed for another version of ioredis.
    const options = Object.create(null);
    options.client = client;
    const cache = createCache({ ttl: TTL_SECONDS, storage: { type: 'redis', options } }).define(
      'profile',
      (question: Question) => load(question),
    );
    return {
      read: ({ tenant, key }) => cache.profile({ tenant, key }),
      // It is filled by reading alone.
      write: async ({ tenant, key }) => {
        await cache.clear('profile', { tenant, key });
        await cache.profile({ tenant, key });
      },
      invalidate: ({ tenant, key }) => cache.clear('profile', { tenant, key }),
      close: () => client.disconnect(),
    };
  },
};
