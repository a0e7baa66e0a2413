import { CameraId, EventId, HomeId } from '@nightlatch/protocol/ids';
import { CameraKept } from '@nightlatch/protocol/retention';
import { z } from 'zod';
import { statement } from '../statement.ts';

/** Parameters: home, bytes or null. */
export const setHomeRetention = statement({
  name: 'set-home-retention',
  text: `
insert into home_retention as r (home_id, bytes_max) values ($1, $2::bigint)
on conflict (home_id) do update set bytes_max = excluded.bytes_max, set_at = now()
returning r.home_id as home`,
  row: z.object({ home: HomeId }),
});

/** Parameters: home, cameras, days (0 for no limit). A row for each camera that is the home's. */
export const setCameraRetention = statement({
  name: 'set-camera-retention',
  text: `
insert into camera_retention as r (home_id, camera_id, days)
select c.home_id, c.camera_id, nullif(asked.days, 0)::smallint
from unnest($2::text[], $3::int[]) as asked (camera, days)
join cameras c on c.home_id = $1 and c.camera_id = asked.camera
on conflict (home_id, camera_id) do update set days = excluded.days, set_at = now()
returning r.camera_id as camera`,
  row: z.object({ camera: CameraId }),
});

/** Parameters: home, event, account. No row where it is set already, and where there is no such event. */
export const setFavourite = statement({
  name: 'set-favourite',
  text: `
insert into favourites (home_id, event_id, account_id)
select e.home_id, e.event_id, $3::text from events e where e.home_id = $1 and e.event_id = $2
on conflict (home_id, event_id) do nothing
returning event_id as event`,
  row: z.object({ event: EventId }),
});

/** Parameters: home, event. No row where it is set no more. */
export const unsetFavourite = statement({
  name: 'unset-favourite',
  text: 'delete from favourites where home_id = $1 and event_id = $2 returning event_id as event',
  row: z.object({ event: EventId }),
});

/** Which camera an event is of. Parameters: home, event. */
export const cameraOfEvent = statement({
  name: 'camera-of-event',
  text: 'select camera_id as camera from events where home_id = $1 and event_id = $2',
  row: z.object({ camera: CameraId }),
});

/** How many events a home has and how large they are. `home` is that of the events' own rows. */
export const Kept = z.object({
  home: HomeId,
  bytes: z.number(),
  bytesOfLastWeek: z.number(),
  cameras: z.array(CameraKept.omit({ days: true })),
});
export type Kept = z.infer<typeof Kept>;

/** Parameter: home. No row where it has no event. */
export const countKept = statement({
  name: 'count-kept',
  text: `
select e.home_id as home, sum(e.bytes)::bigint as bytes, sum(e.last_week)::bigint as "bytesOfLastWeek",
  json_agg(json_build_object('camera', e.camera_id, 'events', e.events, 'bytes', e.bytes, 'oldestAt', e.oldest,
                             'newestAt', e.newest) order by e.camera_id) as cameras
from (
  select e.home_id, e.camera_id, count(*)::int as events, coalesce(sum(o.bytes), 0)::bigint as bytes,
    coalesce(sum(o.bytes) filter (
      where e.started_at >= (extract(epoch from now()) * 1000)::bigint - 7 * 86400000), 0)::bigint as last_week,
    min(e.started_at) as oldest, max(e.started_at) as newest
  from events e
  left join (select o.event_id, sum(o.received_bytes)::bigint as bytes from objects o
             where o.home_id = $1 group by o.event_id) o on o.event_id = e.event_id
  where e.home_id = $1
  group by e.home_id, e.camera_id
) e
group by e.home_id`,
  row: Kept,
});
