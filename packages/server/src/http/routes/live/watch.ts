import { LIVE_MESSAGE_BYTES_MAX } from '@nightlatch/protocol/live';
import type { Handler } from '../../handler.ts';
import { upgradeToSocket } from '../../upgrade.ts';

export const handle: Handler<'live.watch'> = async ({ gate, egress }, { caller, params, request, reply }) => {
  const asked = { session: caller.session, account: caller.account, ...params };
  await egress.live(await gate.camera(asked), asked, () =>
    upgradeToSocket(request, reply, LIVE_MESSAGE_BYTES_MAX),
  );
  return reply;
};
