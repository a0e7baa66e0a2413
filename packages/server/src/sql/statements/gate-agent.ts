import { PublicKey } from '@nightlatch/protocol/encoding';
import { AgentId, HomeId } from '@nightlatch/protocol/ids';
import { z } from 'zod';
import { statement } from '../statement.ts';

/** Parameters: agent, home. */
export const gateAgent = statement({
  name: 'gate-agent',
  text: `
select p.agent_id as agent, p.home_id as home, p.device_key as "deviceKey"
from agent_pins p
where p.agent_id = $1 and p.home_id = $2 and p.validity @> now()`,
  row: z.object({ agent: AgentId, home: HomeId, deviceKey: PublicKey }),
});

/** The agent of a live session and the home it is pinned at, if any. Parameter: hash of the token. */
export const agentOfToken = statement({
  name: 'agent-of-token',
  text: `
select s.agent_id as agent, s.token_hash as "tokenHash", p.home_id as home
from agent_sessions s
left join agent_pins p on p.agent_id = s.agent_id and p.validity @> now()
where s.token_hash = $1 and s.expires_at > now()`,
  row: z.object({ agent: AgentId, tokenHash: z.string(), home: HomeId.nullable() }),
});
