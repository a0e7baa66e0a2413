import type { Handler } from '../../handler.ts';

export const handle: Handler<'agent.put-events'> = async ({ ingest }, { caller, input }) =>
  ingest.events({ agent: caller.agent, home: caller.home, ...input });
