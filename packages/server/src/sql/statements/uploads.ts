import { EventId, HomeId } from '@nightlatch/protocol/ids';
import { ObjectKind, Revision } from '@nightlatch/protocol/manifest';
import { z } from 'zod';
import { statement } from '../statement.ts';

/**
 * Begins an upload, or renews it. Parameters: home, event, kind, revision, agent, length or null, metadata. No row when
 * there is no such object of the agent's.
 */
export const putUpload = statement({
  name: 'put-upload',
  text: `
insert into uploads as u (home_id, event_id, kind, revision, agent_id, declared_bytes, metadata)
select o.home_id, o.event_id, o.kind, o.revision, e.agent_id, $6::bigint, $7::text
from objects o join events e on e.home_id = o.home_id and e.event_id = o.event_id
where o.home_id = $1 and o.event_id = $2 and o.kind = $3 and o.revision = $4::smallint and e.agent_id = $5
on conflict (home_id, event_id, kind, revision) do update
  set created_at = now(), metadata = excluded.metadata, declared_bytes = coalesce(u.declared_bytes, excluded.declared_bytes)
returning true as done`,
  row: z.object({ done: z.literal(true) }),
});

/** Parameters: home, event, kind, revision, agent. */
export const readUpload = statement({
  name: 'read-upload',
  text: `
select u.event_id as event, u.kind, u.revision, o.received_bytes as "receivedBytes",
  o.completed_at is not null as complete, u.declared_bytes as "declaredBytes",
  u.metadata, u.created_at as "createdAt"
from uploads u
join objects o on o.home_id = u.home_id and o.event_id = u.event_id and o.kind = u.kind and o.revision = u.revision
where u.home_id = $1 and u.event_id = $2 and u.kind = $3 and u.revision = $4::smallint and u.agent_id = $5`,
  row: z.object({
    event: EventId,
    kind: ObjectKind,
    revision: Revision,
    receivedBytes: z.number(),
    complete: z.boolean(),
    declaredBytes: z.number().nullable(),
    metadata: z.string().nullable(),
    createdAt: z.date(),
  }),
});

/** Parameters: home, event, kind, revision, agent, length or null (to take it back). */
export const declareLength = statement({
  name: 'declare-length',
  text: `
update uploads set declared_bytes = $6::bigint
where home_id = $1 and event_id = $2 and kind = $3 and revision = $4::smallint and agent_id = $5
returning true as done`,
  row: z.object({ done: z.literal(true) }),
});

/**
 * Completes an object whose bytes have come all at once and are in their place on the disk, and tells the home. Parameters:
 * home, event, kind, revision, agent, bytes, the manifest with which they were compared, metadata; the channel, on which is
 * told what `tellHome` tells. No row when there is no such object of the agent's, or it is complete already. How much of it
 * was there before does not matter: what is in its place is all of it.
 */
export const takeWhole = statement({
  name: 'take-whole',
  with: `marked as (
  update objects o set received_bytes = o.manifest_bytes, completed_at = now()
  from events e
  where o.home_id = $1 and o.event_id = $2 and o.kind = $3 and o.revision = $4::smallint
    and e.home_id = $1 and e.event_id = $2 and e.agent_id = $5
    and o.completed_at is null and o.state <> 'growing' and o.manifest_bytes = $6::bigint and o.manifest = $7::text
  returning o.home_id, o.event_id, o.kind, o.revision, o.camera_id, e.agent_id
), upload as (
  insert into uploads (home_id, event_id, kind, revision, agent_id, declared_bytes, metadata)
  select home_id, event_id, kind, revision, agent_id, $6::bigint, $8::text from marked
  on conflict (home_id, event_id, kind, revision) do update
    set created_at = now(), metadata = excluded.metadata, declared_bytes = excluded.declared_bytes
  returning 1
), told as materialized (
  select count(pg_notify($9::text, json_build_object('home', home_id, 'message',
    json_build_object('kind', 'event', 'event', event_id, 'camera', camera_id))::text)) as notices
  from marked
)`,
  text: `
select m.home_id as home, m.event_id as event, m.kind, m.revision
from marked m
where (select notices from told) > 0`,
  row: z.object({ home: HomeId, event: EventId, kind: ObjectKind, revision: Revision }),
});
