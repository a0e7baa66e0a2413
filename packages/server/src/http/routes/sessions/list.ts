import { requireOwn } from '../../../sql/own-rows.ts';
import { listSessions } from '../../../sql/statements/sessions.ts';
import type { Handler } from '../../handler.ts';

export const handle: Handler<'sessions.list'> = async ({ database }, { caller }) => {
  const rows = await database.ask({ account: caller.account }, listSessions, [caller.account]);
  requireOwn(rows, { account_id: caller.account });
  return {
    sessions: rows.map((row) => ({
      session: row.session_id,
      device: row.device,
      startedAt: row.started_at.getTime(),
      lastSeenAt: row.last_seen_at.getTime(),
      current: row.session_id === caller.session,
    })),
  };
};
