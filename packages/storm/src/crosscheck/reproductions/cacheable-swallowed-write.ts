// cacheable 2.5.0 and cache-manager 7.2.9 on @keyv/redis 5.1.6: a write that the server refuses, for want of memory, is not
// told to whoever wrote. The old value stays, and is served as if it were the new one.
//
// Prints whether the second write was refused, and what is read after it; "new" was never stored.
import KeyvRedis from '@keyv/redis';
import { createCache } from 'cache-manager';
import { Cacheable } from 'cacheable';
import { Keyv } from 'keyv';
import { bulk, startFakeRedis } from './fake-redis.ts';

const stored = new Map<string, string>();
const port = await startFakeRedis(([name, key = '', value = '']) => {
  if (name === 'GET') return stored.has(key) ? bulk(stored.get(key) ?? '') : '$-1\r\n';
  if (name !== 'SET') return undefined;
  if (stored.has(key)) return "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
  stored.set(key, value);
  return '+OK\r\n';
});
const storeOf = (): Keyv => {
  const store = new Keyv({ store: new KeyvRedis({ url: `redis://127.0.0.1:${port}`, RESP: 2 }) });
  store.on('error', () => undefined);
  return store;
};

const cacheable = new Cacheable({ primary: storeOf() });
cacheable.on('error', () => undefined);
await cacheable.set('one', 'old');
const refused = await cacheable.set('one', 'new').then(
  (done) => `answered ${done}`,
  () => 'refused',
);
console.log('cacheable    ', refused, '| read:', await cacheable.get('one'));

const manager = createCache({ stores: [storeOf()] });
await manager.set('two', 'old');
const managed = await manager.set('two', 'new').then(
  (done) => `answered ${done}`,
  () => 'refused',
);
console.log('cache-manager', managed, '| read:', await manager.get('two'));
process.exit(0);
