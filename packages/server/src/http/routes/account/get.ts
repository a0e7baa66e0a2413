import { ownAccount } from '../../../accounts/account.ts';
import type { Handler } from '../../handler.ts';

export const handle: Handler<'account.get'> = async ({ accounts, database }, { caller }) => {
  const { account } = await ownAccount({ database, emails: accounts.emails }, caller);
  return account;
};
