import { Instant } from '@nightlatch/protocol/encoding';
import { StoredObject } from '@nightlatch/protocol/events';
import { CameraId, EventId, HomeId } from '@nightlatch/protocol/ids';
import { z } from 'zod';
import { statement } from '../statement.ts';
import { LIVE_MEMBER, MemberKeys } from './gate-member.ts';

/** An event as the database has it. `eventHome` comes from the event's own row, not from the question. */
const EventColumns = z.object({
  eventHome: HomeId,
  event: EventId,
  camera: CameraId,
  sequence: z.number(),
  startedAt: Instant,
  endedAt: Instant.nullable(),
  objects: z.array(StoredObject),
  clip: z
    .object({ state: z.enum(['growing', 'complete', 'interrupted']), receivedBytes: z.number() })
    .nullable(),
  favourite: z.boolean(),
});
export type EventColumns = z.infer<typeof EventColumns>;
const NoEvent = z.object({ eventHome: z.null() });

const objectsOf = (which: string): string => `
  coalesce((select json_agg(json_build_object('kind', o.kind, 'revision', o.revision, 'manifest', o.manifest,
                                              'receivedBytes', o.received_bytes))
            from (select distinct on (o.kind) o.kind, o.revision, o.manifest, o.received_bytes
                  from objects o where o.home_id = e.home_id and o.event_id = e.event_id and ${which}
                  order by o.kind, o.revision desc) o), '[]')`;

const eventColumns = (which: string): string => `
  e.home_id as "eventHome", e.event_id as event, e.camera_id as camera, e.sequence, e.started_at as "startedAt",
  e.ended_at as "endedAt", ${objectsOf(which)} as objects,
  (select json_build_object('state', case when o.completed_at is null then 'growing' else o.state end,
                            'receivedBytes', o.received_bytes)
   from objects o where o.home_id = e.home_id and o.event_id = e.event_id and o.kind = 'clip' and o.revision = 0)
    as clip,
  exists (select from favourites f where f.home_id = e.home_id and f.event_id = e.event_id) as favourite`;

// Two texts, because one that serves both would not find the index of the camera's events.
const eventsPage = (name: string, ofCamera: string) =>
  statement({
    name,
    text: `
select member.session, member.account, member.home, event.*
from (${LIVE_MEMBER}) member
left join lateral (
  select ${eventColumns("o.kind <> 'clip' and o.completed_at is not null")}
  from events e
  where e.home_id = member.home and ${ofCamera}
    and e.started_at >= $5::bigint and e.started_at < $6::bigint
    and (e.started_at, e.event_id::text) < ($7::bigint, $8::text)
  order by e.started_at desc, e.event_id::text desc
  limit $9::int
) event on true`,
    order: '"startedAt" desc, event desc',
    row: z.intersection(MemberKeys, z.union([EventColumns, NoEvent])),
  });

/** Parameters: session, account, home, null, from, to, start and id of the place before which to begin, limit. */
export const gateEvents = eventsPage('gate-events', '$4::text is null');
/** The same of one camera, which is the fourth parameter. */
export const gateEventsOfCamera = eventsPage('gate-events-of-camera', 'e.camera_id = $4');

/** One event, with the manifest of its clip. Parameters: session, account, home, event. */
export const gateEvent = statement({
  name: 'gate-event',
  text: `
select member.session, member.account, member.home,
  ${eventColumns("(o.kind = 'clip' or o.completed_at is not null)")}
from (${LIVE_MEMBER}) member
join events e on e.home_id = member.home and e.event_id = $4`,
  row: z.intersection(MemberKeys, EventColumns),
});
