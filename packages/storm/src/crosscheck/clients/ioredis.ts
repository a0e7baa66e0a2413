import { Redis } from 'ioredis';
import { type Adapter, plainKey } from '../client.ts';

export const adapter: Adapter = {
  name: 'ioredis',
  packageName: 'ioredis',
  readsThrough: false,
  cancels: false,
  open: async ({ port, timeoutMilliseconds }) => {
    const redis = new Redis({ port, host: '127.0.0.1', commandTimeout: timeoutMilliseconds });
    redis.on('error', () => undefined);
    await redis.ping();
    return {
      read: async (question) => (await redis.get(plainKey(question))) ?? undefined,
      write: async (question, value) => void (await redis.set(plainKey(question), value)),
      invalidate: async (question) => void (await redis.del(plainKey(question))),
      close: () => redis.disconnect(),
    };
  },
};
