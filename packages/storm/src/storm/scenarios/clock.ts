import { NO_STRAIN } from '../cloud-messages.ts';
import { courseOf } from '../course.ts';
import { repeatedly } from '../repeatedly.ts';

const HOUR_MILLISECONDS = 3_600_000;
const EVERY_SECONDS = 2;

export const scenario = courseOf({
  name: 'clock',
  describe: 'the clocks of the cloud and of the agents jump, up to an hour off either way',
  strike: async ({ cloud, agents, random }, { length }) =>
    repeatedly(
      async () => {
        const off = (): number => Math.round((random() * 2 - 1) * HOUR_MILLISECONDS);
        cloud.strain({ ...NO_STRAIN, clockMilliseconds: off() });
        for (const agent of agents) agent.setClock(off());
      },
      {
        ...{ everySeconds: EVERY_SECONDS * length, random },
        last: async () => {
          cloud.strain(NO_STRAIN);
          for (const agent of agents) agent.setClock(0);
        },
      },
    ),
});
