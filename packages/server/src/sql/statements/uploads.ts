import { EventId } from '@nightlatch/protocol/ids';
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
