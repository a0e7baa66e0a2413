import { outageOf } from '../outage.ts';

export const scenario = outageOf({
  name: 'feb16',
  describe:
    'the cloud and its cache come back after hours, with all cameras at once and a cache that crosses',
  cameras: 5_000,
  cooperate: true,
});
