import { createHome } from '../../../homes/create.ts';
import type { Handler } from '../../handler.ts';

export const handle: Handler<'homes.create'> = async ({ database, limits }, { caller, input }) => {
  await limits.homes(caller.account);
  return { home: await createHome(database, { account: caller.account, entry: input.entry }) };
};
