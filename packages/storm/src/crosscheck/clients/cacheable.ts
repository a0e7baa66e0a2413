import { createWrapKey } from '@cacheable/utils';
import KeyvRedis from '@keyv/redis';
import { Cacheable } from 'cacheable';
import { Keyv } from 'keyv';
import type { Adapter } from '../client.ts';
import type { Question } from '../values.ts';

/** `wrap` makes the key of the function's name and a hash of what it is called with. */
async function profileOf(_tenant: string, _key: string): Promise<string> {
  throw new Error('only its name counts');
}
const keyOf = ({ tenant, key }: Question): string => createWrapKey(profileOf, [tenant, key]);

export const adapter: Adapter = {
  name: 'cacheable',
  packageName: 'cacheable',
  readsThrough: true,
  cancels: false,
  keyOf,
  open: async ({ port, load }) => {
    const primary = new Keyv({ store: new KeyvRedis(`redis://127.0.0.1:${port}`) });
    primary.on('error', () => undefined);
    const cache = new Cacheable({ primary });
    cache.on('error', () => undefined);
    const origin = { profileOf: (tenant: string, key: string) => load({ tenant, key }) };
    const wrapped = cache.wrap(origin.profileOf, {});
    return {
      read: ({ tenant, key }) => wrapped(tenant, key),
      write: async (question, value) => void (await cache.set(keyOf(question), value)),
      invalidate: async (question) => void (await cache.delete(keyOf(question))),
      close: async () => void (await cache.disconnect()),
    };
  },
};
