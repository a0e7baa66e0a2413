import { claimPairing } from '../../../homes/pairings.ts';
import type { Handler } from '../../handler.ts';

export const handle: Handler<'pairings.claim'> = async (cloud, { caller, params, input }) => {
  const { database, gate, limits } = cloud;
  await gate.owner({ session: caller.session, account: caller.account, home: params.home });
  await limits.claims(caller.account);
  return claimPairing(database, caller.account, input.locator);
};
