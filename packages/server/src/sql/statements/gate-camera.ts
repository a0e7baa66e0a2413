import { AgentId } from '@nightlatch/protocol/ids';
import { statement } from '../statement.ts';
import { type GateViewer, LIVE_VIEWERS, linesOf, readViewer, VIEWER_CELLS } from './gate-viewers.ts';

/** What the gate learns of a camera that somebody may see; every key is from the rows themselves. */
export interface GateCameraRow extends GateViewer {
  readonly cameraHome: string;
  readonly camera: string;
  readonly pinHome: string;
  readonly agent: AgentId;
}

function readLine(line: string): GateCameraRow {
  const { viewer, more } = readViewer(line);
  const [cameraHome, camera, pinHome, agent, ...rest] = more;
  if (cameraHome === undefined || camera === undefined || pinHome === undefined || rest.length > 0)
    throw new TypeError('gate-camera: a line cannot be read');
  return { ...viewer, cameraHome, camera, pinHome, agent: AgentId.parse(agent) };
}

/**
 * Cameras that the home log has added and whose agent is pinned, many questions in one statement: the batch, and arrays of
 * sessions, accounts, homes and cameras. Answers a line for each who may see the camera. The lateral joins and `offset 0`
 * leave one plan, as in `gate-objects`; a column that could be null would be missing in its line, which could not be read.
 */
export const gateCamera = statement({
  name: 'gate-camera',
  text: `
select string_agg(concat_ws(' ', ${VIEWER_CELLS}, c.home_id, c.camera_id, p.home_id, p.agent_id), e'\\n') as lines
from unnest($2::text[], $3::text[], $4::text[], $5::text[])
  with ordinality as viewer (session, account, home, camera, place)${LIVE_VIEWERS}
cross join lateral (
  select c.home_id, c.camera_id, c.agent_id from cameras c
  where c.home_id = m.home_id and c.camera_id = viewer.camera and c.added_at is not null offset 0) c
cross join lateral (
  select p.home_id, p.agent_id from agent_pins p
  where p.home_id = c.home_id and p.agent_id = c.agent_id and p.validity @> now() offset 0) p`,
  row: linesOf(readLine),
});
