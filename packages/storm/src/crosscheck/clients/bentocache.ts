import { BentoCache, bentostore } from 'bentocache';
import { redisDriver } from 'bentocache/drivers/redis';
import { type Adapter, plainKey } from '../client.ts';

export const adapter: Adapter = {
  name: 'bentocache',
  packageName: 'bentocache',
  readsThrough: true,
  cancels: false,
  open: async ({ port, load, timeoutMilliseconds }) => {
    const connection = { host: '127.0.0.1', port, commandTimeout: timeoutMilliseconds };
    const cache = new BentoCache({
      default: 'redis',
      stores: { redis: bentostore().useL2Layer(redisDriver({ connection })) },
    });
    return {
      read: (question) => cache.getOrSet({ key: plainKey(question), factory: () => load(question) }),
      write: async (question, value) => void (await cache.set({ key: plainKey(question), value })),
      invalidate: async (question) => void (await cache.delete({ key: plainKey(question) })),
      close: () => cache.disconnectAll(),
    };
  },
};
