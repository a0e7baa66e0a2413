import { type Cache, type CacheEntry, cachified } from '@epic-web/cachified';
import { Redis } from 'ioredis';
import { type Adapter, plainKey } from '../client.ts';

export const adapter: Adapter = {
  name: 'cachified',
  packageName: '@epic-web/cachified',
  readsThrough: true,
  cancels: false,
  open: async ({ port, load, timeoutMilliseconds }) => {
    const redis = new Redis({ port, host: '127.0.0.1', commandTimeout: timeoutMilliseconds });
    redis.on('error', () => undefined);
    await redis.ping();
    // As its documentation shows for a cache of one's own.
    const cache: Cache = {
      name: 'redis',
      get: async (key): Promise<CacheEntry<unknown> | null> => {
        const text = await redis.get(key);
        return text === null ? null : JSON.parse(text);
      },
      set: async (key, entry) => void (await redis.set(key, JSON.stringify(entry))),
      delete: async (key) => void (await redis.del(key)),
    };
    return {
      read: (question) => cachified({ key: plainKey(question), cache, getFreshValue: () => load(question) }),
      write: async (question, value) => {
        await cachified({
          ...{ key: plainKey(question), cache, forceFresh: true },
          getFreshValue: () => value,
        });
      },
      invalidate: async (question) => void (await cache.delete(plainKey(question))),
      close: () => redis.disconnect(),
    };
  },
};
