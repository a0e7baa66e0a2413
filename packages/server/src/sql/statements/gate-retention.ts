import { Instant } from '@nightlatch/protocol/encoding';
import { CameraId, HomeId } from '@nightlatch/protocol/ids';
import { CameraKept } from '@nightlatch/protocol/retention';
import { z } from 'zod';
import { statement } from '../statement.ts';
import { LIVE_MEMBER, MemberKeys } from './gate-member.ts';

const RetentionColumns = z.object({
  rowHome: HomeId,
  bytesMax: z.number().nullable(),
  favourites: z.number(),
  favouriteBytes: z.number(),
  cameras: z.array(CameraKept.pick({ camera: true, days: true })),
});
export type RetentionColumns = z.infer<typeof RetentionColumns>;

/** What a home keeps, as its members have set it, with the favourites. Parameters: session, account, home. */
export const gateRetention = statement({
  name: 'gate-retention',
  text: `
select member.session, member.account, member.home, h.home_id as "rowHome",
  (select r.bytes_max from home_retention r where r.home_id = h.home_id) as "bytesMax",
  (select count(*)::int from favourites f where f.home_id = h.home_id) as favourites,
  (select coalesce(sum(o.received_bytes), 0)::bigint from favourites f
   join objects o on o.home_id = f.home_id and o.event_id = f.event_id
   where f.home_id = h.home_id) as "favouriteBytes",
  coalesce((select json_agg(json_build_object('camera', c.camera_id, 'days', r.days) order by c.camera_id)
    from (select * from cameras c where c.home_id = h.home_id and c.added_at is not null limit 256) c
    left join camera_retention r on r.home_id = c.home_id and r.camera_id = c.camera_id), '[]') as cameras
from (${LIVE_MEMBER}) member
join homes h on h.home_id = member.home`,
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
