import { openPairing } from '../../../homes/pairings.ts';
import type { Handler } from '../../handler.ts';

export const handle: Handler<'agent.open-pairing'> = async ({ database }, { caller, input }) => {
  await openPairing(database, caller, input);
  return { done: true };
};
