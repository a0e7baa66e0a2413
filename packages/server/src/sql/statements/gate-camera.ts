import { AgentId, CameraId, HomeId } from '@nightlatch/protocol/ids';
import { statement } from '../statement.ts';
import { LIVE_MEMBER, MemberKeys } from './gate-member.ts';

/** A camera that the home log has added and whose agent is pinned. Parameters: session, account, home, camera. */
export const gateCamera = statement({
  name: 'gate-camera',
  text: `
select member.session, member.account, member.home, c.home_id as "cameraHome", c.camera_id as camera,
  p.home_id as "pinHome", p.agent_id as agent
from (${LIVE_MEMBER}) member
join cameras c on c.home_id = member.home and c.camera_id = $4 and c.added_at is not null
join agent_pins p on p.home_id = c.home_id and p.agent_id = c.agent_id and p.validity @> now()`,
  row: MemberKeys.extend({ cameraHome: HomeId, camera: CameraId, pinHome: HomeId, agent: AgentId }),
});
