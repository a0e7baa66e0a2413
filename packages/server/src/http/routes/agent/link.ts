import { NightlatchError } from '@nightlatch/protocol/errors';
import { LIVE_RECORD_BYTES_MAX } from '@nightlatch/protocol/live';
import type { WebSocket } from 'ws';
import type { Cloud } from '../../../cloud.ts';
import { createComeback } from '../../../live/comeback.ts';
import { heedAccess, openLink } from '../../../live/link.ts';
import { notSignedIn } from '../../../refusals.ts';
import type { Handler, PairedAgentCaller } from '../../handler.ts';
import { upgradeToSocket } from '../../upgrade.ts';

const isRefusal = (error: unknown): boolean => error instanceof NightlatchError && error.kind === 'not-found';

/** Opens the link of an agent by `open`, if the gate says that it may have one. */
export async function linkAgent(
  cloud: Cloud,
  caller: PairedAgentCaller,
  open: () => Promise<WebSocket>,
): Promise<void> {
  const { agent, home } = caller;
  const { gate, relay, hub } = cloud;
  // Before the gate is asked: what changes after its answer is heard.
  const access = heedAccess(hub, agent);
  let socket: WebSocket | undefined;
  try {
    const { content } = await gate.link(caller).catch((error: unknown) => {
      // A ticket that nothing stands behind any more: the agent proves itself anew, and is told then what it is.
      throw isRefusal(error) ? notSignedIn() : error;
    });
    socket = await open();
    openLink({
      ...{ socket, agent, home, relay, hub, access },
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
  } catch (error) {
    access.stop();
    socket?.terminate();
    throw error;
  }
}

export const handle: Handler<'agent.link'> = async (cloud, { caller, request, reply }) => {
  await linkAgent(cloud, caller, () => upgradeToSocket(request, reply, LIVE_RECORD_BYTES_MAX));
  return reply;
};
