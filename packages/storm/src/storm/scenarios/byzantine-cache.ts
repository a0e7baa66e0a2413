import { Redis } from 'ioredis';
import { byChance } from '../../faults/resp-faults.ts';
import { courseOf } from '../course.ts';
import { repeatedly } from '../repeatedly.ts';

const RATES = { drop: 0.01, repeat: 0.02, swap: 0.05, earlier: 0.1 };
const COPIES_EVERY_SECONDS = 0.1;
/** The values that are exchanged for each other: of these alone the app reads one with every visit. */
const VALUES = ['*4:kept*', '*8:home-log*'];

export const scenario = courseOf({
  name: 'byzantine-cache',
  describe: "the cache answers out of turn, and whole entries of other homes stand at each home's keys",
  strike: async ({ redis, redisProxy, cloud, random }, { length }) => {
    const direct = new Redis({ port: redis.port, host: '127.0.0.1' });
    const oneOf = (keys: readonly string[]): string => keys[Math.floor(random() * keys.length)] ?? '';
    // It comes back with nothing in its memory, as after an outage: what it knows, it has from the cache.
    await cloud.kill();
    await cloud.start();
    redisProxy.setFault(byChance(RATES, random));
    const copying = repeatedly(
      async () => {
        for (const pattern of VALUES) {
          const keys = (await direct.keys(pattern)).filter((key) => !key.startsWith('lease '));
          const [from, to] = [oneOf(keys), oneOf(keys)];
          if (from !== to) await direct.copy(from, to, 'REPLACE');
        }
      },
      { everySeconds: COPIES_EVERY_SECONDS * length, random },
    );
    return {
      end: async () => {
        const copied = await copying.end().finally(() => direct.disconnect());
        const { struck } = redisProxy;
        redisProxy.setFault(null);
        return struck + copied;
      },
    };
  },
});
