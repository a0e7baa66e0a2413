import { courseOf } from '../course.ts';
import { repeatedly } from '../repeatedly.ts';

const EVERY_SECONDS = 3;
/** Of the blows, those that hit the database, the cache, and a third of all agents; the others hit the cloud. */
const PARTS = { database: 0.3, cache: 0.2, agents: 0.2 };
const AGENTS_OF_ALL = 1 / 3;

export const scenario = courseOf({
  name: 'kill-nine',
  describe: 'the cloud, its database, its cache and agents are killed at any moment, and started again',
  strike: async ({ cloud, cluster, redis, agents, random }, { length }) =>
    repeatedly(
      async () => {
        const drawn = random();
        if (drawn < PARTS.agents) {
          for (const agent of agents) if (random() < AGENTS_OF_ALL) agent.crash();
          return;
        }
        const victim =
          drawn < PARTS.agents + PARTS.cache
            ? redis
            : drawn < PARTS.agents + PARTS.cache + PARTS.database
              ? cluster
              : cloud;
        await victim.kill();
        await victim.start();
      },
      { everySeconds: EVERY_SECONDS * length, random },
    ),
});
