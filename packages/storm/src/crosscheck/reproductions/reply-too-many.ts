// ioredis 6.0.0, redis 6.3.1: replies belong to commands by their order alone. One reply too many, and every reader after it
// gets the value of the one before, without an error, until the connection ends.
//
// Prints for each client what a reader of key-1, key-2 … was given after the reply to key-3 came twice.
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { bulk, startFakeRedis } from './fake-redis.ts';

const port = await startFakeRedis(([name, key = '']) => {
  if (name !== 'GET') return undefined;
  return key === 'key-3' ? bulk(key) + bulk(key) : bulk(key);
});
const keys = Array.from({ length: 8 }, (_, index) => `key-${index + 1}`);

const ioredis = new Redis({ port, host: '127.0.0.1' });
// Without a listener the reply that is left over takes the process down.
ioredis.on('error', () => undefined);
console.log('ioredis   ', (await Promise.all(keys.map((key) => ioredis.get(key)))).join(' '));

const redis = createClient({ url: `redis://127.0.0.1:${port}`, RESP: 2 });
redis.on('error', () => undefined);
await redis.connect();
console.log('node-redis', (await Promise.all(keys.map((key) => redis.get(key)))).join(' '));
process.exit(0);
