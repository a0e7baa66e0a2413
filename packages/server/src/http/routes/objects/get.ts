import type { Handler } from '../../handler.ts';

export const handle: Handler<'objects.get'> = async (
  { gate, egress },
  { caller, params, request, reply },
) => {
  const { home, event, kind, revision } = params;
  const asked = { session: caller.session, account: caller.account, home, event, kind, revision };
  const grant = await gate.object(asked);
  return egress.object({ grant, asked, rangeHeader: request.headers.range, reply });
};
