import { GlideClient } from '@valkey/valkey-glide';
import { type Adapter, plainKey } from '../client.ts';

export const adapter: Adapter = {
  name: 'valkey-glide',
  packageName: '@valkey/valkey-glide',
  readsThrough: false,
  cancels: false,
  open: async ({ port, timeoutMilliseconds }) => {
    const client = await GlideClient.createClient({
      addresses: [{ host: '127.0.0.1', port }],
      requestTimeout: timeoutMilliseconds,
    });
    return {
      read: async (question) => (await client.get(plainKey(question)))?.toString() ?? undefined,
      write: async (question, value) => void (await client.set(plainKey(question), value)),
      invalidate: async (question) => void (await client.del([plainKey(question)])),
      close: () => client.close(),
    };
  },
};
