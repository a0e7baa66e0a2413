import { EventId, HomeId } from '@nightlatch/protocol/ids';
import { ObjectKind, Revision } from '@nightlatch/protocol/manifest';
import { z } from 'zod';
import { statement } from '../statement.ts';

/** Objects of a home, in the order of their names. Parameters: home, the name after which to begin, limit. */
export const listObjects = statement({
  name: 'list-objects',
  text: `
select * from (
  select o.home_id as home, o.event_id || '.' || o.kind || '.' || o.revision as name, o.event_id as event, o.kind, o.revision,
    o.received_bytes as "receivedBytes", o.completed_at is not null as complete
  from objects o where o.home_id = $1 and o.event_id::text >= split_part($2::text, '.', 1)
) o
where name > $2::text order by name limit $3::int`,
  order: 'name',
  row: z.object({
    home: HomeId,
    name: z.string(),
    event: EventId,
    kind: ObjectKind,
    revision: Revision,
    receivedBytes: z.number(),
    complete: z.boolean(),
  }),
});

/** Says that nothing of an object has arrived. Parameters: home, event, kind, revision. */
export const takeBackObject = statement({
  name: 'take-back-object',
  text: `
update objects set received_bytes = 0, completed_at = null
where home_id = $1 and event_id = $2 and kind = $3 and revision = $4::smallint
returning kind`,
  row: z.object({ kind: ObjectKind }),
});
