import { AgentId } from '@nightlatch/protocol/ids';
import { type RawRow, statement } from '../statement.ts';

/** What the gate learns of a camera that somebody may see; every key is from the rows themselves. */
export interface GateCameraRow {
  /** Which question of the batch, from 1. */
  readonly place: number;
  readonly session: string;
  readonly account: string;
  /** The home of the membership. */
  readonly home: string;
  readonly cameraHome: string;
  readonly camera: string;
  readonly pinHome: string;
  readonly agent: AgentId;
}

function readLine(line: string): GateCameraRow {
  const [place = '', session, account, home, cameraHome, camera, pinHome, agent, ...more] = line.split(' ');
  if (
    !/^\d+$/.test(place) ||
    session === undefined ||
    account === undefined ||
    home === undefined ||
    cameraHome === undefined ||
    camera === undefined ||
    pinHome === undefined ||
    more.length > 0
  )
    throw new TypeError('gate-camera: a line cannot be read');
  return {
    ...{ place: Number(place), session, account, home, cameraHome, camera, pinHome },
    agent: AgentId.parse(agent),
  };
}

/** A line for each question, in one row: rows and columns of a batch cost the client as much as their content. */
function row({ lines }: RawRow): readonly GateCameraRow[] {
  if (lines === null) return [];
  if (typeof lines !== 'string') throw new TypeError('gate-camera: not a text');
  return lines.split('\n').map(readLine);
}

/**
 * Cameras that the home log has added and whose agent is pinned, many questions in one statement: arrays of sessions,
 * accounts, homes and cameras. Answers a line for each who may see the camera. The lateral joins and `offset 0` leave
 * one plan, as in `gate-objects`; a column that could be null would be missing in its line, which could not be read.
 */
export const gateCamera = statement({
  name: 'gate-camera',
  text: `
select string_agg(concat_ws(' ', viewer.place, s.session_id, s.account_id, m.home_id, c.home_id, c.camera_id,
                            p.home_id, p.agent_id), e'\\n') as lines
from unnest($1::text[], $2::text[], $3::text[], $4::text[])
  with ordinality as viewer (session, account, home, camera, place)
cross join lateral (
  select s.session_id, s.account_id from sessions s
  where s.session_id = viewer.session and s.account_id = viewer.account
    and s.kind = 'full' and s.ended_at is null and s.expires_at > now() offset 0) s
cross join lateral (
  select m.home_id from memberships m
  where m.home_id = viewer.home and m.account_id = s.account_id and m.validity @> now() offset 0) m
cross join lateral (
  select c.home_id, c.camera_id, c.agent_id from cameras c
  where c.home_id = m.home_id and c.camera_id = viewer.camera and c.added_at is not null offset 0) c
cross join lateral (
  select p.home_id, p.agent_id from agent_pins p
  where p.home_id = c.home_id and p.agent_id = c.agent_id and p.validity @> now() offset 0) p`,
  row,
});
