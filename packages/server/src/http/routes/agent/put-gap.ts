import type { Handler } from '../../handler.ts';

export const handle: Handler<'agent.put-gap'> = async ({ ingest }, { caller, params, input }) => {
  await ingest.gap({ agent: caller.agent, home: caller.home, gap: params.gap, statement: input.statement });
  return { done: true };
};
