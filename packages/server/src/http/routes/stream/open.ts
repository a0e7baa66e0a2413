import type { Handler } from '../../handler.ts';

export const handle: Handler<'stream.open'> = async ({ gate, egress }, { caller, params, reply }) => {
  const asked = { session: caller.session, account: caller.account, home: params.home };
  return egress.stream(await gate.member(asked), asked, reply);
};
