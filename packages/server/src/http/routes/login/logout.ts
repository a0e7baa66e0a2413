import { endSession } from '../../../sql/statements/sessions.ts';
import type { Handler } from '../../handler.ts';
import { clearSessionCookie } from '../../session-cookie.ts';

export const handle: Handler<'logout'> = async ({ config, database }, { caller, reply }) => {
  await database.ask({ account: caller.account }, endSession, [caller.account, caller.session]);
  clearSessionCookie(config, reply);
  return { done: true };
};
