import { EventStored } from '@nightlatch/protocol/agents';
import { CameraId, EventId, HomeId } from '@nightlatch/protocol/ids';
import { z } from 'zod';
import { statement } from '../statement.ts';

const EventKeys = z.object({ home: HomeId, event: EventId, camera: CameraId });

/**
 * Stores events that are new, with all their objects, and tells their homes: of each camera its last event, because who
 * hears of one reads them all. Parameters: the sources as arrays of agent, home, device key, camera and epoch; the events
 * as arrays of source (counted from 1), event, sequence, previous, start and end; the objects as arrays of the place of
 * their event (from 1), kind, revision, state, manifest and bytes; the channel, on which is told what `tellHome` tells. No row
 * for an event that is there already, that was deleted, or whose source is not what it says as of now.
 *
 * They are stored in the order of their ids, so that two statements that bring the same wait for each other in one order.
 * What has the type of an id already is not cast again: the check of an id is a regular expression, 3 µs each, a third of
 * an event (measured). A source is looked up once, however many events it has.
 */
export const putNewEvents = statement({
  name: 'put-new-events',
  with: `source as materialized (
  select said.place, c.home_id, c.camera_id, c.agent_id, e.epoch
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[])
    with ordinality as said (agent, home, device_key, camera, epoch, place)
  cross join lateral (
    select p.home_id, p.agent_id from agent_pins p
    where p.agent_id = said.agent and p.home_id = said.home and p.device_key = said.device_key
      and p.validity @> now() offset 0) p
  cross join lateral (
    select c.home_id, c.camera_id, c.agent_id from cameras c
    where c.home_id = p.home_id and c.camera_id = said.camera and c.agent_id = p.agent_id
      and c.added_at is not null offset 0) c
  cross join lateral (
    select e.epoch from epochs e
    where e.home_id = c.home_id and e.camera_id = c.camera_id and e.epoch = said.epoch offset 0) e
), said as materialized (
  select event.place, s.home_id, event.event, s.camera_id, s.agent_id, s.epoch, event.sequence, event.previous,
    event.started_at, event.ended_at
  from unnest($6::int[], $7::text[], $8::bigint[], $9::text[], $10::bigint[], $11::bigint[])
    with ordinality as event (source, event, sequence, previous, started_at, ended_at, place)
  join source s on s.place = event.source
  where not exists (select from deletions d where d.home_id = s.home_id and d.event_id = event.event)
), new_events as (
  insert into events (home_id, event_id, camera_id, agent_id, sequence, previous, started_at, ended_at)
  select home_id, event, camera_id, agent_id, sequence, previous, started_at, ended_at from said
  order by home_id, event
  on conflict (home_id, event_id) do nothing
  returning home_id, event_id, camera_id, started_at
), new_objects as (
  insert into objects (home_id, event_id, kind, revision, camera_id, epoch, state, manifest, manifest_bytes)
  select n.home_id, n.event_id, o.kind, o.revision, n.camera_id, s.epoch, o.state, o.manifest, o.bytes
  from unnest($12::int[], $13::text[], $14::smallint[], $15::text[], $16::text[], $17::bigint[])
    as o (place, kind, revision, state, manifest, bytes)
  join said s on s.place = o.place
  join new_events n on n.home_id = s.home_id and n.event_id = s.event
  returning home_id, event_id, camera_id
), told as materialized (
  select count(pg_notify($18::text, json_build_object('home', n.home_id, 'message',
    json_build_object('kind', 'event', 'event', n.event_id, 'camera', n.camera_id))::text)) as notices
  from (select distinct on (home_id, camera_id) * from new_events order by home_id, camera_id, started_at desc) n
)`,
  text: `
select o.home_id as home, o.event_id as event, o.camera_id as camera, count(*)::int as objects
from new_objects o
where (select notices from told) > 0
group by o.home_id, o.event_id, o.camera_id`,
  row: EventKeys.extend({ objects: z.number() }),
});

/**
 * Events that are there and say the same word by word, as far as they have arrived. Parameters: arrays of agent, home,
 * event and how many manifests were sent of it; arrays of the place of their event (from 1), kind, revision and manifest.
 */
export const readKnownEvents = statement({
  name: 'read-known-events',
  text: `
select e.home_id as home, e.event_id as event, e.camera_id as camera, o.objects
from (
  select said.agent, said.home, said.event
  from unnest($1::text[], $2::text[], $3::text[], $4::int[])
    with ordinality as said (agent, home, event, manifests, place)
  join unnest($5::int[], $6::text[], $7::smallint[], $8::text[]) as sent (place, kind, revision, manifest)
    on sent.place = said.place
  cross join lateral (
    select from objects o
    where o.home_id = said.home and o.event_id = said.event and o.kind = sent.kind and o.revision = sent.revision
      and o.manifest = sent.manifest offset 0) o
  group by said.place, said.agent, said.home, said.event, said.manifests
  having count(*) = said.manifests
) known
cross join lateral (
  select e.* from events e
  where e.home_id = known.home and e.event_id = known.event and e.agent_id = known.agent offset 0) e
cross join lateral (
  select json_agg(json_build_object('kind', o.kind, 'revision', o.revision, 'receivedBytes', o.received_bytes,
    'complete', o.completed_at is not null)) as objects
  from objects o where o.home_id = e.home_id and o.event_id = e.event_id offset 0) o`,
  row: EventKeys.extend({ objects: EventStored.shape.objects }),
});
