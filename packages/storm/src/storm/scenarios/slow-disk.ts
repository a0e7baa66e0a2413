import { NO_STRAIN } from '../cloud-messages.ts';
import { courseOf } from '../course.ts';

const DISK_MILLISECONDS = 400;

export const scenario = courseOf({
  name: 'slow-disk',
  describe: `every look at an object and every write takes ${DISK_MILLISECONDS} ms longer`,
  strike: async ({ cloud }) => {
    cloud.strain({ ...NO_STRAIN, diskMilliseconds: DISK_MILLISECONDS });
    return {
      end: async () => {
        cloud.strain(NO_STRAIN);
        return (await cloud.counts()).strained;
      },
    };
  },
});
