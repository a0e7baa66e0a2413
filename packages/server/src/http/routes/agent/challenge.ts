import type { Handler } from '../../handler.ts';

export const handle: Handler<'agent.challenge'> = async ({ agents }) => ({ challenge: agents.challenge() });
