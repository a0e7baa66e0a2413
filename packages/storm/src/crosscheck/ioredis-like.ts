import { type Adapter, type Opening, plainKey } from './client.ts';

/** As much of ioredis as the crosscheck asks of it, which its forks have too. */
interface IoredisLike {
  ping(): Promise<unknown>;
  get(key: string): Promise<string | null>;
  set(key: string, value: string): Promise<unknown>;
  del(key: string): Promise<unknown>;
  on(event: 'error', hear: () => void): unknown;
  disconnect(): void;
}

/** The adapter of ioredis, or of a fork of it. */
export const ioredisLike = (name: string, connect: (opening: Opening) => IoredisLike): Adapter => ({
  name,
  packageName: name,
  readsThrough: false,
  cancels: false,
  open: async (opening) => {
    const redis = connect(opening);
    redis.on('error', () => undefined);
    await redis.ping();
    return {
      read: async (question) => (await redis.get(plainKey(question))) ?? undefined,
      write: async (question, value) => void (await redis.set(plainKey(question), value)),
      invalidate: async (question) => void (await redis.del(plainKey(question))),
      close: () => redis.disconnect(),
    };
  },
});
