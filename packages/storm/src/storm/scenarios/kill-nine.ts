import { courseOf } from '../course.ts';
import { repeatedly } from '../repeatedly.ts';

const EVERY_SECONDS = 3;
/** Of the blows, those that hit the database. */
const DATABASE = 0.4;

export const scenario = courseOf({
  name: 'kill-nine',
  describe: 'the cloud and its database are killed at any moment, and started again',
  strike: async ({ cloud, cluster, random }, { length }) =>
    repeatedly(
      async () => {
        const victim = random() < DATABASE ? cluster : cloud;
        await victim.kill();
        await victim.start();
      },
      { everySeconds: EVERY_SECONDS * length, random },
    ),
});
