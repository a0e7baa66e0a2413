import { NO_STRAIN } from '../cloud-messages.ts';
import { courseOf } from '../course.ts';

export const scenario = courseOf({
  name: 'full-disk',
  describe: "the objects' disk runs full in the middle of every write",
  strike: async ({ cloud }) => {
    cloud.strain({ ...NO_STRAIN, diskFull: true });
    return {
      end: async () => {
        cloud.strain(NO_STRAIN);
        return (await cloud.counts()).strained;
      },
    };
  },
});
