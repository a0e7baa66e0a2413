import { CameraId } from '@nightlatch/protocol/ids';
import { z } from 'zod';
import { statement } from '../statement.ts';

/**
 * Parameters: home, agent, cameras, sources. Answers those of them that are (now) this agent's;
 * a home has at most 256.
 */
export const announceCameras = statement({
  name: 'announce-cameras',
  with: `asked as (
    select * from unnest($3::text[], $4::text[]) as asked (camera, source)
  ), announced as (
    insert into cameras (home_id, camera_id, agent_id, source)
    select $1::text, camera, $2::text, source from asked
    where not exists (select 1 from cameras c where c.home_id = $1 and c.camera_id = camera)
    limit greatest(0, 256 - (select count(*) from cameras where home_id = $1))
    on conflict (home_id, camera_id) do nothing
    returning camera_id
  )`,
  text: `
select camera_id as camera from announced
union
select c.camera_id from cameras c join asked on asked.camera = c.camera_id
where c.home_id = $1 and c.agent_id = $2`,
  row: z.object({ camera: CameraId }),
});

/** Parameters: home, cameras, states, since, reasons ('' for none). Answers the cameras whose state is another now. */
export const putCameraStates = statement({
  name: 'put-camera-states',
  text: `
insert into camera_states as cs (home_id, camera_id, state, since, reason)
select $1::text, camera, state, since, nullif(reason, '')
from unnest($2::text[], $3::text[], $4::bigint[], $5::text[]) as reported (camera, state, since, reason)
on conflict (home_id, camera_id) do update
  set state = excluded.state, since = excluded.since, reason = excluded.reason
  where (cs.state, cs.since, cs.reason) is distinct from (excluded.state, excluded.since, excluded.reason)
returning camera_id as camera`,
  row: z.object({ camera: CameraId }),
});

/** Marks an announced camera as added by the log. Parameters: home, camera, agent. No row when it is not announced. */
export const addCamera = statement({
  name: 'add-camera',
  text: `
update cameras set added_at = coalesce(added_at, now())
where home_id = $1 and camera_id = $2 and agent_id = $3
returning camera_id as camera`,
  row: z.object({ camera: CameraId }),
});
