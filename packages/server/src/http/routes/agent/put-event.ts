import type { Handler } from '../../handler.ts';

export const handle: Handler<'agent.put-event'> = async ({ ingest }, { caller, params, input }) =>
  ingest.event({ agent: caller.agent, home: caller.home, event: params.event, manifests: input.manifests });
