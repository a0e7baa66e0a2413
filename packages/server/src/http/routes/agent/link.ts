import { LIVE_RECORD_BYTES_MAX } from '@nightlatch/protocol/live';
import { openLink } from '../../../live/link.ts';
import type { Handler } from '../../handler.ts';
import { upgradeToSocket } from '../../upgrade.ts';

export const handle: Handler<'agent.link'> = async (cloud, { caller, request, reply }) => {
  const { agent, home } = caller;
  const { gate, relay, hub, agents } = cloud;
  await gate.agent({ agent, home });
  const socket = await upgradeToSocket(request, reply, LIVE_RECORD_BYTES_MAX);
  openLink({
    ...{ socket, agent, home, relay, hub },
    mayStay: async () => {
      const now = await agents.byToken(caller.tokenHash);
      if (now?.agent !== agent || now.home !== home) return false;
      return true;
    },
  });
  return reply;
};
