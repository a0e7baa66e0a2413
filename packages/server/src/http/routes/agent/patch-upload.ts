import type { Handler } from '../../handler.ts';

export const handle: Handler<'agent.patch-upload'> = async ({ gate, ingest }, { caller, request, reply }) =>
  ingest.upload(await gate.agent({ agent: caller.agent, home: caller.home }), request, reply);
