import { NightlatchError } from '@nightlatch/protocol/errors';
import { LIVE_RECORD_BYTES_MAX } from '@nightlatch/protocol/live';
import { createComeback } from '../../../live/comeback.ts';
import { openLink } from '../../../live/link.ts';
import { notSignedIn } from '../../../refusals.ts';
import type { Handler } from '../../handler.ts';
import { upgradeToSocket } from '../../upgrade.ts';

const isRefusal = (error: unknown): boolean => error instanceof NightlatchError && error.kind === 'not-found';

export const handle: Handler<'agent.link'> = async (cloud, { caller, request, reply }) => {
  const { agent, home } = caller;
  const { gate, relay, hub } = cloud;
  const { content } = await gate.link(caller).catch((error: unknown) => {
    // A ticket that nothing stands behind any more: the agent proves itself anew, and is told then what it is.
    throw isRefusal(error) ? notSignedIn() : error;
  });
  const socket = await upgradeToSocket(request, reply, LIVE_RECORD_BYTES_MAX);
  openLink({
    ...{ socket, agent, home, relay, hub },
    comeback: createComeback(cloud, content),
    mayStay: () =>
      gate.link(content).then(
        () => true,
        (error: unknown) => {
          if (isRefusal(error)) return false;
          throw error;
        },
      ),
  });
  return reply;
};
