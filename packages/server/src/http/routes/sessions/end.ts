import { notFound } from '../../../refusals.ts';
import { endSession } from '../../../sql/statements/sessions.ts';
import type { Handler } from '../../handler.ts';
import { clearSessionCookie } from '../../session-cookie.ts';

export const handle: Handler<'sessions.end'> = async ({ config, database }, { caller, params, reply }) => {
  const [ended] = await database.ask({ account: caller.account }, endSession, [
    caller.account,
    params.session,
  ]);
  if (ended === undefined) throw notFound();
  if (params.session === caller.session) clearSessionCookie(config, reply);
  return { done: true };
};
