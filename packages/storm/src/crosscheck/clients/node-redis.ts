import { createClient } from 'redis';
import { type Adapter, plainKey } from '../client.ts';

export const adapter: Adapter = {
  name: 'node-redis',
  packageName: 'redis',
  readsThrough: false,
  cancels: true,
  open: async ({ port, timeoutMilliseconds }) => {
    const client = createClient({
      url: `redis://127.0.0.1:${port}`,
      commandOptions: { timeout: timeoutMilliseconds },
    });
    client.on('error', () => undefined);
    await client.connect();
    return {
      read: async (question, signal) => {
        const asked = signal === undefined ? client : client.withAbortSignal(signal);
        return (await asked.get(plainKey(question))) ?? undefined;
      },
      write: async (question, value) => void (await client.set(plainKey(question), value)),
      invalidate: async (question) => void (await client.del(plainKey(question))),
      close: () => client.destroy(),
    };
  },
};
