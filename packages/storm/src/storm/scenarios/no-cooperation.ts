import { outageOf } from '../outage.ts';

export const scenario = outageOf({
  name: 'no-cooperation',
  describe: 'as feb16, with agents that keep to no slot and no hint, and try again at once',
  cameras: 1_000,
  cooperate: false,
});
