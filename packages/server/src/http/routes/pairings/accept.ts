import { acceptOffer } from '../../../homes/pairings.ts';
import type { Handler } from '../../handler.ts';

export const handle: Handler<'pairings.accept'> = async ({ database, gate }, { caller, params, input }) =>
  database.transact({ account: caller.account }, async (ask) => {
    await gate.owner({ session: caller.session, account: caller.account, home: params.home }, ask);
    return acceptOffer(ask, params.home, input);
  });
