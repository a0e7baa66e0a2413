import type { Handler } from '../../handler.ts';

export const handle: Handler<'events.get'> = async ({ gate, egress }, { caller, params }) => {
  const asked = { session: caller.session, account: caller.account, home: params.home, event: params.event };
  return egress.event(await gate.event(asked), asked);
};
