import { courseOf } from '../course.ts';
import { openEstate } from '../estate.ts';
import { LIVE_CAMERAS_MAX } from '../pages.ts';
import { repeatedly } from '../repeatedly.ts';

const EVERY_SECONDS = 0.25;
/** Of the blows, those that hit the homes whose live pictures are watched: these few would hardly be hit otherwise. */
const PART_LIVE = 0.5;

export const scenario = courseOf({
  name: 'revoke-and-transfer',
  describe: 'people lose their homes, and move into those that others have left, while all of them look',
  strike: async ({ cluster, oracle, viewers, agents, random }, { length }) => {
    const estate = openEstate(cluster.url);
    const accounts = viewers.map(({ account }) => account);
    const vacant: (typeof agents)[number]['home'][] = [];
    const moveOut = async (): Promise<void> => {
      const of = random() < PART_LIVE ? agents.slice(0, LIVE_CAMERAS_MAX) : agents;
      const home = of[Math.floor(random() * of.length)]?.home;
      const account = accounts.find((one) => oracle.homeOf(one) === home);
      if (account === undefined || home === undefined) return;
      await estate.moveOut(account, home);
      oracle.revoked(account, home);
      vacant.push(home);
    };
    const moveIn = async (): Promise<void> => {
      const account = accounts.find((one) => oracle.homeOf(one) === undefined);
      const [home] = vacant.splice(Math.floor(random() * vacant.length), 1);
      if (account === undefined || home === undefined) return;
      oracle.granted(account, home);
      await estate.moveIn(account, home);
    };
    return repeatedly(
      async () => {
        await moveOut();
        // Some homes stand empty for a while, so that those who move in are others.
        if (vacant.length > 2) await moveIn();
      },
      {
        ...{ everySeconds: EVERY_SECONDS * length, random },
        last: async () => {
          while (vacant.length > 0) await moveIn();
          await estate.close();
        },
      },
    );
  },
});
