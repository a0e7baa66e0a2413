import { CameraId } from '@nightlatch/protocol/ids';
import { type RawRow, statement } from '../statement.ts';

/** What the gate learns of an object that somebody may have. */
export interface GateObjectRow {
  /** Which question of the batch the row answers, from 1. */
  readonly place: number;
  /** Session, account, home of the membership, home, event, kind and revision, joined by `/`, from the rows themselves. */
  readonly proof: string;
  readonly camera: CameraId;
  readonly epoch: number;
  readonly receivedBytes: number;
  readonly complete: boolean;
}

const integer = (value: unknown): number => {
  if (typeof value !== 'number') throw new TypeError('gate-objects: not an integer');
  return value;
};
const text = (value: unknown): string => {
  if (typeof value !== 'string') throw new TypeError('gate-objects: not a text');
  return value;
};

/** By hand, because a schema took more of the time of a batch than the database did. */
const row = (raw: RawRow): GateObjectRow => ({
  place: integer(raw.place),
  proof: text(raw.proof),
  camera: CameraId.parse(raw.camera),
  epoch: integer(raw.epoch),
  receivedBytes: integer(raw.receivedBytes),
  complete: raw.complete === true,
});

/**
 * Many questions in one statement. Parameters: arrays of sessions, accounts, homes, events, kinds and revisions.
 * Answers a row for each that is allowed. `offset 0` keeps the questions the outer side, so that each is three index
 * look-ups; left to itself, the planner joins the batch with itself (64 questions: 6.6 ms against 0.7 ms).
 */
export const gateObjects = statement({
  name: 'gate-objects',
  text: `
select asked.place::int as place,
  concat_ws('/', s.session_id, s.account_id, m.home_id, o.home_id, o.event_id, o.kind, o.revision) as proof,
  o.camera_id as camera, o.epoch, o.received_bytes as "receivedBytes", o.completed_at is not null as complete
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::smallint[]) with ordinality
  as asked (session, account, home, event, kind, revision, place)
cross join lateral (
  select s.session_id, s.account_id from sessions s
  where s.session_id = asked.session and s.account_id = asked.account
    and s.kind = 'full' and s.ended_at is null and s.expires_at > now() offset 0) s
cross join lateral (
  select m.home_id from memberships m
  where m.home_id = asked.home and m.account_id = s.account_id and m.validity @> now() offset 0) m
cross join lateral (
  select o.home_id, o.event_id, o.kind, o.revision, o.camera_id, o.epoch, o.received_bytes, o.completed_at
  from objects o
  where o.home_id = m.home_id and o.event_id = asked.event and o.kind = asked.kind
    and o.revision = asked.revision offset 0) o`,
  row,
});
