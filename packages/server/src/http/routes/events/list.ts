import { EventId } from '@nightlatch/protocol/ids';
import type { Handler } from '../../handler.ts';

export const handle: Handler<'events.list'> = async ({ gate, egress }, { caller, params, query }) => {
  const asked = { session: caller.session, account: caller.account, home: params.home };
  const { limit, camera = null, from = 0, to = Number.MAX_SAFE_INTEGER } = query;
  const before = query.before === undefined ? null : placeOf(query.before);

  // One more than the page, to know whether there is another.
  const page = await gate.events({ ...asked, camera, from, to, before, limit: limit + 1 });
  const more = page.content.events.length > limit;
  const last = page.content.events[limit - 1];
  const oldest = more && last !== undefined ? last.startedAt : from;
  const newest = before === null ? to : Math.min(to, before.startedAt);
  const span = { ...asked, camera, from: oldest, to: newest };
  const [gaps, deletions] = [await gate.gaps(span), await gate.deletions(span)];

  const rows = await egress.events(page, gaps, deletions, asked, limit);
  return {
    ...rows,
    next: more && last !== undefined ? `${last.startedAt}.${last.event}` : null,
  };
};

function placeOf(cursor: string): { startedAt: number; event: EventId } {
  const [startedAt, event] = cursor.split('.');
  return { startedAt: Number(startedAt), event: EventId.parse(event) };
}
