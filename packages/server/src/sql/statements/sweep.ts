import { CameraId, EventId, HomeId } from '@nightlatch/protocol/ids';
import { z } from 'zod';
import { statement } from '../statement.ts';

const Done = z.object({ done: z.literal(true) });

/** Homes, in the order of their ids. Parameters: the id after which to begin, limit. */
export const listHomes = statement({
  name: 'list-homes',
  text: `
select home_id as home from homes where home_id::text > $1::text order by home_id::text limit $2::int`,
  order: 'home',
  row: z.object({ home: HomeId }),
});

/** Holds the sweep of a home until the transaction ends. Parameter: home. No row when somebody else holds it. */
export const holdSweep = statement({
  name: 'hold-sweep',
  text: `select true as done where pg_try_advisory_xact_lock(716022025, hashtext($1::text))`,
  row: Done,
});

/**
 * What may go: an event that has ended and whose objects have all arrived, or at which nothing has happened for a day,
 * and which is nobody's favourite. $1 is the home.
 */
const MAY_GO = `
  e.home_id = $1
  and not exists (select from favourites f where f.home_id = e.home_id and f.event_id = e.event_id)
  and (
    e.ended_at is not null and not exists (
      select from objects o where o.home_id = e.home_id and o.event_id = e.event_id and o.completed_at is null)
    or e.received_at < now() - interval '1 day' and not exists (
      select from uploads u where u.home_id = e.home_id and u.event_id = e.event_id
        and u.created_at >= now() - interval '1 day'))`;

const writeDown = (name: string, reason: 'days' | 'bytes', going: string) =>
  statement({
    name,
    with: `going as materialized (${going}), written as (
  insert into deletions as d
    (home_id, event_id, camera_id, agent_id, sequence, started_at, reason, objects, bytes)
  select g.home_id, g.event_id, g.camera_id, g.agent_id, g.sequence, g.started_at, '${reason}',
    array(select o.kind || '.' || o.revision from objects o
          where o.home_id = g.home_id and o.event_id = g.event_id order by o.kind, o.revision),
    (select coalesce(sum(o.received_bytes), 0) from objects o
     where o.home_id = g.home_id and o.event_id = g.event_id)
  from going g
  on conflict (home_id, event_id) do update
    set objects = excluded.objects, bytes = d.bytes + excluded.bytes, deleted_at = now(), files_gone_at = null
  returning d.event_id, d.camera_id
)`,
    text: 'select event_id as event, camera_id as camera from written',
    row: z.object({ event: EventId, camera: CameraId }),
  });

/**
 * Writes down what is older than its camera keeps, oldest first. Parameters: home, how many at most of each camera. Each
 * camera is read along its index, so that a batch costs as much as it deletes and not as much as there is.
 */
export const writeDownOld = writeDown(
  'write-down-old',
  'days',
  `
  select e.* from camera_retention r
  cross join lateral (
    select e.* from events e
    where e.camera_id = r.camera_id
      and e.started_at < (extract(epoch from now()) * 1000)::bigint - r.days::bigint * 86400000
      and ${MAY_GO}
    order by e.started_at, e.event_id
    limit $2::int
    for update of e) e
  where r.home_id = $1 and r.days is not null`,
);

/** How many bytes have to go; 0 where there is no bound. Parameters: home, the cloud's own bound in bytes or null. */
export const bytesOver = statement({
  name: 'bytes-over',
  text: `
select case when b.bound is null then 0
  else greatest(0, (select coalesce(sum(o.received_bytes), 0) from objects o where o.home_id = $1) - b.bound)
  end::bigint as over
from (select least((select r.bytes_max from home_retention r where r.home_id = $1), $2::bigint) as bound) b`,
  row: z.object({ over: z.number() }),
});

/**
 * Writes down the oldest until so many bytes go with them. What favourites and growing events take counts, and they stay.
 * Parameters: home, how many at most, bytes.
 */
export const writeDownOver = writeDown(
  'write-down-over',
  'bytes',
  `
  select e.* from (
    select e.*, sum(e.size) over (order by e.started_at, e.event_id) - e.size as before
    from (
      select e.*, (select coalesce(sum(o.received_bytes), 0) from objects o
                   where o.home_id = e.home_id and o.event_id = e.event_id) as size
      from events e where ${MAY_GO}
      order by e.started_at, e.event_id
      limit $2::int
      for update of e) e
  ) e where e.before < $3::bigint`,
);

const deleteRows = (table: 'uploads' | 'objects' | 'events') =>
  statement({
    name: `delete-${table}`,
    with: `deleted as (
  delete from ${table} t where t.home_id = $1 and t.event_id = any ($2::text[]) returning 1
)`,
    text: 'select count(*)::int as count from deleted',
    row: z.object({ count: z.number() }),
  });
/** Rows of events that are written down as deleted; row-level security leaves all others. Parameters: home, events. */
export const deleteUploads = deleteRows('uploads');
export const deleteObjects = deleteRows('objects');
export const deleteEvents = deleteRows('events');

/** Deletions whose files are still to go. Parameters: home, limit. */
export const deletionsToDo = statement({
  name: 'deletions-to-do',
  text: `
select event_id as event, to_json(objects) as objects from deletions
where home_id = $1 and files_gone_at is null
order by event_id::text limit $2::int`,
  order: 'event',
  row: z.object({ event: EventId, objects: z.array(z.string()) }),
});

/** Parameters: home, events. */
export const filesAreGone = statement({
  name: 'files-are-gone',
  with: `done as (
  update deletions set files_gone_at = now()
  where home_id = $1 and event_id = any ($2::text[]) and files_gone_at is null returning 1
)`,
  text: 'select count(*)::int as count from done',
  row: z.object({ count: z.number() }),
});

/**
 * Forgets deletions that are done since 30 days and have no older event of their camera beside them: a hole that
 * nothing lies behind needs no explanation. Parameters: home, limit.
 */
export const forgetDeletions = statement({
  name: 'forget-deletions',
  with: `done as materialized (
  select d.event_id from deletions d
  where d.home_id = $1 and d.files_gone_at < now() - interval '30 days'
    and not exists (select from events e where e.home_id = d.home_id and e.camera_id = d.camera_id
                      and e.started_at < d.started_at)
  limit $2::int
), forgotten as (
  delete from deletions where home_id = $1 and event_id = any (array(select event_id::text from done))
  returning 1
)`,
  text: 'select count(*)::int as count from forgotten',
  row: z.object({ count: z.number() }),
});
