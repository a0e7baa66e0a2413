import KeyvRedis from '@keyv/redis';
import { createCache } from 'cache-manager';
import { Keyv } from 'keyv';
import { type Adapter, plainKey } from '../client.ts';

export const adapter: Adapter = {
  name: 'cache-manager',
  packageName: 'cache-manager',
  readsThrough: true,
  cancels: false,
  open: async ({ port, load }) => {
    const store = new Keyv({ store: new KeyvRedis(`redis://127.0.0.1:${port}`) });
    store.on('error', () => undefined);
    const cache = createCache({ stores: [store] });
    return {
      read: (question) => cache.wrap(plainKey(question), () => load(question)),
      write: async (question, value) => void (await cache.set(plainKey(question), value)),
      invalidate: async (question) => void (await cache.del(plainKey(question))),
      close: async () => void (await cache.disconnect()),
    };
  },
};
