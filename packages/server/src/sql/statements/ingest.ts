import { CameraId, EventId, GapId } from '@nightlatch/protocol/ids';
import { ObjectKind, Revision } from '@nightlatch/protocol/manifest';
import { z } from 'zod';
import { statement } from '../statement.ts';

/** The epochs of a camera that is added and is this agent's. Parameters: home, camera, agent. */
export const knownEpochs = statement({
  name: 'known-epochs',
  text: `
select e.epoch
from cameras c join epochs e on e.home_id = c.home_id and e.camera_id = c.camera_id
where c.home_id = $1 and c.camera_id = $2 and c.agent_id = $3 and c.added_at is not null`,
  row: z.object({ epoch: z.number() }),
});

/**
 * Stores an event or goes on with it. Parameters: home, event, camera, agent, sequence, previous, start, end or null.
 * No row when it is there and says something else.
 */
export const putEventRow = statement({
  name: 'put-event',
  text: `
insert into events as e (home_id, event_id, camera_id, agent_id, sequence, previous, started_at, ended_at)
values ($1, $2, $3, $4, $5::bigint, $6, $7::bigint, $8::bigint)
on conflict (home_id, event_id) do update set ended_at = coalesce(excluded.ended_at, e.ended_at)
  where (e.camera_id, e.agent_id, e.sequence, e.started_at)
      = (excluded.camera_id, excluded.agent_id, excluded.sequence, excluded.started_at)
    and e.previous is not distinct from excluded.previous
returning event_id as event, xmax = 0 as "isNew"`,
  row: z.object({ event: EventId, isNew: z.boolean() }),
});

/** Parameters: home, event, kind, revision, camera, epoch, state, manifest, bytes. No row when it is there already. */
export const insertObject = statement({
  name: 'insert-object',
  text: `
insert into objects (home_id, event_id, kind, revision, camera_id, epoch, state, manifest, manifest_bytes)
values ($1, $2, $3, $4::smallint, $5, $6::bigint, $7, $8, $9::bigint)
on conflict (home_id, event_id, kind, revision) do nothing
returning kind`,
  row: z.object({ kind: ObjectKind }),
});

const StoredRow = z.object({
  event: EventId,
  kind: ObjectKind,
  revision: Revision,
  camera: CameraId,
  state: z.enum(['growing', 'complete', 'interrupted']),
  manifest: z.string(),
  manifestBytes: z.number(),
  receivedBytes: z.number(),
  complete: z.boolean(),
});

const storedObject = (name: string, lock: string) =>
  statement({
    name,
    text: `
select o.event_id as event, o.kind, o.revision, o.camera_id as camera, o.state, o.manifest, o.manifest_bytes as "manifestBytes",
  o.received_bytes as "receivedBytes", o.completed_at is not null as complete
from objects o
join events e on e.home_id = o.home_id and e.event_id = o.event_id
where o.home_id = $1 and o.event_id = $2 and o.kind = $3 and o.revision = $4::smallint and e.agent_id = $5
${lock}`,
    row: StoredRow,
  });

/** Parameters: home, event, kind, revision, agent. */
export const readObject = storedObject('read-object', '');
/** The same, locked until the transaction ends. */
export const lockObject = storedObject('lock-object', 'for update of o');

/** Parameters: home, event, kind, revision, state, manifest, bytes. */
export const renewManifest = statement({
  name: 'renew-manifest',
  text: `
update objects set state = $5, manifest = $6, manifest_bytes = $7::bigint
where home_id = $1 and event_id = $2 and kind = $3 and revision = $4::smallint and completed_at is null
returning kind`,
  row: z.object({ kind: ObjectKind }),
});

/** Parameters: home, event, agent. */
export const objectsOfEvent = statement({
  name: 'objects-of-event',
  text: `
select e.event_id as event, o.kind, o.revision, o.received_bytes as "receivedBytes",
  o.completed_at is not null as complete
from events e join objects o on o.home_id = e.home_id and o.event_id = e.event_id
where e.home_id = $1 and e.event_id = $2 and e.agent_id = $3`,
  order: 'kind, revision',
  row: z.object({
    event: EventId,
    kind: ObjectKind,
    revision: Revision,
    receivedBytes: z.number(),
    complete: z.boolean(),
  }),
});

/** Parameters: home, event, kind, revision, bytes. No row when it was not all there, or is complete already. */
export const markComplete = statement({
  name: 'mark-complete',
  text: `
update objects set completed_at = now()
where home_id = $1 and event_id = $2 and kind = $3 and revision = $4::smallint
  and completed_at is null and state <> 'growing' and received_bytes = manifest_bytes and received_bytes = $5::bigint
returning kind`,
  row: z.object({ kind: ObjectKind }),
});

/**
 * Says how many bytes are on disk. Parameters: home, event, kind, revision, bytes, bytes that it was. No row when
 * somebody else has gone on with it.
 */
export const setReceived = statement({
  name: 'set-received',
  with: `used as (
    update uploads set created_at = now()
    where home_id = $1 and event_id = $2 and kind = $3 and revision = $4::smallint
    returning 1
  )`,
  text: `
update objects set received_bytes = $5::bigint
where home_id = $1 and event_id = $2 and kind = $3 and revision = $4::smallint
  and received_bytes = $6::bigint and completed_at is null
returning received_bytes as "receivedBytes"`,
  row: z.object({ receivedBytes: z.number() }),
});

/** Parameters: home, gap, camera, agent, statement, from and to sequence, from and to instant. */
export const putGapRow = statement({
  name: 'put-gap',
  text: `
insert into gaps (home_id, gap_id, camera_id, agent_id, statement, from_sequence, to_sequence, from_at, to_at)
select c.home_id, $2, c.camera_id, c.agent_id, $5, $6::bigint, $7::bigint, $8::bigint, $9::bigint
from cameras c
where c.home_id = $1 and c.camera_id = $3 and c.agent_id = $4 and c.added_at is not null
on conflict (home_id, gap_id) do nothing
returning gap_id as gap`,
  row: z.object({ gap: GapId }),
});

/** Parameters: home, gap, agent. */
export const readGap = statement({
  name: 'read-gap',
  text: 'select statement from gaps where home_id = $1 and gap_id = $2 and agent_id = $3',
  row: z.object({ statement: z.string() }),
});

/** Whether an event was deleted by the home's own setting. Parameters: home, event, agent. */
export const readDeletion = statement({
  name: 'read-deletion',
  text: 'select event_id as event from deletions where home_id = $1 and event_id = $2 and agent_id = $3',
  row: z.object({ event: EventId }),
});
