import { networkOf } from '../../../accounts/attempts.ts';
import type { Handler } from '../../handler.ts';

export const handle: Handler<'agent.session'> = async ({ agents, limits }, { input, request }) => {
  await limits.agentSessions(networkOf(request.ip));
  return agents.start(input);
};
