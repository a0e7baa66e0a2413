import { Instant } from '@nightlatch/protocol/encoding';
import { CameraId, HomeId } from '@nightlatch/protocol/ids';
import { CameraKept } from '@nightlatch/protocol/retention';
import { z } from 'zod';
import { statement } from '../statement.ts';
import { LIVE_MEMBER, MemberKeys } from './gate-member.ts';

const RetentionColumns = z.object({
  rowHome: HomeId,
  bytesMax: z.number().nullable(),
  bytes: z.number(),
  favourites: z.number(),
  favouriteBytes: z.number(),
  bytesOfLastWeek: z.number(),
  cameras: z.array(CameraKept),
});
export type RetentionColumns = z.infer<typeof RetentionColumns>;

/** What a home keeps and has. Parameters: session, account, home. */
export const gateRetention = statement({
  name: 'gate-retention',
  text: `
select member.session, member.account, member.home, kept.*
from (${LIVE_MEMBER}) member
cross join lateral (
  with sized as materialized (
    select e.camera_id, e.started_at, coalesce(o.bytes, 0) as bytes, f.event_id is not null as favourite
    from events e
    left join (select o.event_id, sum(o.received_bytes)::bigint as bytes from objects o
               where o.home_id = member.home group by o.event_id) o on o.event_id = e.event_id
    left join favourites f on f.home_id = e.home_id and f.event_id = e.event_id
    where e.home_id = member.home
  )
  select h.home_id as "rowHome",
    (select r.bytes_max from home_retention r where r.home_id = h.home_id) as "bytesMax",
    (select coalesce(sum(s.bytes), 0)::bigint from sized s) as bytes,
    (select count(*)::int from sized s where s.favourite) as favourites,
    (select coalesce(sum(s.bytes) filter (where s.favourite), 0)::bigint from sized s) as "favouriteBytes",
    (select coalesce(sum(s.bytes), 0)::bigint from sized s
     where s.started_at >= (extract(epoch from now()) * 1000)::bigint - 7 * 86400000) as "bytesOfLastWeek",
    coalesce((select json_agg(json_build_object('camera', c.camera_id, 'days', r.days, 'events', coalesce(s.events, 0),
        'bytes', coalesce(s.bytes, 0), 'oldestAt', s.oldest, 'newestAt', s.newest) order by c.camera_id)
      from (select * from cameras c where c.home_id = h.home_id and c.added_at is not null limit 256) c
      left join camera_retention r on r.home_id = c.home_id and r.camera_id = c.camera_id
      left join (select camera_id, count(*)::int as events, sum(bytes)::bigint as bytes, min(started_at) as oldest,
                   max(started_at) as newest from sized group by camera_id) s on s.camera_id = c.camera_id), '[]')
      as cameras
  from homes h where h.home_id = member.home
) kept`,
  row: z.intersection(MemberKeys, RetentionColumns),
});

/**
 * What was deleted, as runs of numbers. Parameters: session, account, home, camera or null, from, to (of the event's
 * start).
 */
export const gateDeletions = statement({
  name: 'gate-deletions',
  text: `
select member.session, member.account, member.home, run.*
from (${LIVE_MEMBER}) member
left join lateral (
  select d.home_id as "rowHome", d.camera_id as camera, d.reason, min(d.sequence) as "fromSequence",
    max(d.sequence) as "toSequence", max(d.started_at) as "newestAt"
  from (select d.*, d.sequence - row_number() over (partition by d.camera_id, d.reason order by d.sequence) as run
        from deletions d
        where d.home_id = member.home and d.started_at >= $5::bigint and d.started_at < $6::bigint
          and ($4::text is null or d.camera_id = $4)) d
  group by d.home_id, d.camera_id, d.reason, d.run
  order by max(d.started_at) desc
  limit 1000
) run on true`,
  order: '"newestAt" desc',
  row: z.intersection(
    MemberKeys,
    z.union([
      z.object({
        rowHome: HomeId,
        camera: CameraId,
        reason: z.enum(['days', 'bytes']),
        fromSequence: z.number(),
        toSequence: z.number(),
        newestAt: Instant,
      }),
      z.object({ rowHome: z.null() }),
    ]),
  ),
});
