import type { FaultRates } from '../../faults/postgres-proxy.ts';
import { courseOf } from '../course.ts';

const FAULTS: FaultRates = { drop: 0.001, repeat: 0.004, swap: 0.02 };

export const scenario = courseOf({
  name: 'crossed-database',
  describe: 'replies of PostgreSQL are dropped, repeated and swapped while people look and cameras record',
  strike: async ({ proxy }) => {
    proxy.setFaults(FAULTS);
    return {
      end: async () => {
        proxy.setFaults(null);
        return proxy.struck;
      },
    };
  },
});
