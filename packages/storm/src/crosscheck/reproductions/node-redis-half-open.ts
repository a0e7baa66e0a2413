// redis 6.3.1: `commandOptions.timeout` bounds how long a command waits to be sent, not how long its reply may take. On a
// connection that stays open and says nothing, a read waits for ever.
//
// Prints "no answer after 3 s, with a timeout of 0.3 s".
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';
import { startFakeRedis } from './fake-redis.ts';

const port = await startFakeRedis(([name]) => (name === 'GET' ? '' : undefined));
const url = `redis://127.0.0.1:${port}`;
const client = await createClient({ url, RESP: 2, commandOptions: { timeout: 300 } }).connect();
const read = client.get('key').then(
  () => 'an answer',
  () => 'an error, as it should be',
);
const late = sleep(3_000).then(() => 'no answer after 3 s, with a timeout of 0.3 s');
console.log(await Promise.race([read, late]));
process.exit(0);
