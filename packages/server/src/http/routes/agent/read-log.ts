import { HOME_LOG_PAGE_ENTRIES } from '@nightlatch/protocol/homelog';
import { requireOwn } from '../../../sql/own-rows.ts';
import { agentLog } from '../../../sql/statements/agents.ts';
import type { Handler } from '../../handler.ts';
import { pageOf } from '../home-log/read.ts';

export const handle: Handler<'agent.read-log'> = async ({ database, gate }, { caller, query }) => {
  const { agent, home } = caller;
  await gate.agent({ agent, home });
  const rows = await database.ask({ agent }, agentLog, [agent, home, query.after, HOME_LOG_PAGE_ENTRIES + 1]);
  requireOwn(rows, { home });
  return pageOf(rows.map((row) => row.entry));
};
