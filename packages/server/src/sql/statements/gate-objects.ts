import { AccountId, CameraId, EventId, HomeId, SessionId } from '@nightlatch/protocol/ids';
import { ObjectKind, Revision } from '@nightlatch/protocol/manifest';
import { z } from 'zod';
import { statement } from '../statement.ts';

/** Every key comes from the table that has it, none from the question: comparing them proves the row. */
export const GateObjectRow = z.object({
  place: z.number(),
  session: SessionId,
  account: AccountId,
  memberHome: HomeId,
  home: HomeId,
  event: EventId,
  kind: ObjectKind,
  revision: Revision,
  camera: CameraId,
  epoch: z.number(),
  receivedBytes: z.number(),
  complete: z.boolean(),
});
export type GateObjectRow = z.infer<typeof GateObjectRow>;

/**
 * Many questions in one statement. Parameters: arrays of sessions, accounts, homes, events, kinds and revisions.
 * Answers a row for each that is allowed, with its place (from 1).
 */
export const gateObjects = statement({
  name: 'gate-objects',
  text: `
select asked.place::int as place, s.session_id as session, s.account_id as account, m.home_id as "memberHome", o.home_id as home,
  o.event_id as event, o.kind, o.revision, o.camera_id as camera, o.epoch,
  o.received_bytes as "receivedBytes", o.completed_at is not null as complete
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::smallint[]) with ordinality
  as asked (session, account, home, event, kind, revision, place)
join sessions s on s.session_id = asked.session and s.account_id = asked.account
  and s.kind = 'full' and s.ended_at is null and s.expires_at > now()
join memberships m on m.home_id = asked.home and m.account_id = asked.account and m.validity @> now()
join objects o on o.home_id = asked.home and o.event_id = asked.event and o.kind = asked.kind
  and o.revision = asked.revision`,
  row: GateObjectRow,
});
