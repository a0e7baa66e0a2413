import { appendEntries } from '../../../homes/append.ts';
import type { Handler } from '../../handler.ts';

export const handle: Handler<'home-log.append'> = async ({ database, gate }, { caller, params, input }) =>
  database.transact({ account: caller.account }, async (ask) => {
    await gate.owner({ session: caller.session, account: caller.account, home: params.home }, ask);
    return (await appendEntries(ask, params.home, input.entries)).head;
  });
