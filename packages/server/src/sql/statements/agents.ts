import { Hash } from '@nightlatch/protocol/encoding';
import { AgentId, HomeId } from '@nightlatch/protocol/ids';
import { z } from 'zod';
import { statement } from '../statement.ts';

/** Parameters: agent, device key. No row when the agent is known under another key. */
export const upsertAgent = statement({
  name: 'upsert-agent',
  text: `
insert into agents as a (agent_id, device_key) values ($1, $2)
on conflict (agent_id) do update set last_seen_at = now() where a.device_key = excluded.device_key
returning agent_id as agent`,
  row: z.object({ agent: AgentId }),
});

/** Parameters: hash of the token, agent, seconds. Old sessions of the agent go in the same statement. */
export const insertAgentSession = statement({
  name: 'insert-agent-session',
  with: `forgotten as (
    delete from agent_sessions where agent_id = $2 and expires_at < now() returning 1
  )`,
  text: `
insert into agent_sessions (token_hash, agent_id, expires_at)
values ($1, $2, now() + make_interval(secs => $3::int))
returning agent_id as agent, (extract(epoch from expires_at) * 1000)::bigint as "expiresAt"`,
  row: z.object({ agent: AgentId, expiresAt: z.number() }),
});

/**
 * A session whose agent is there goes on, but not for ever: some day the agent proves its key again. Parameters: hash of
 * the token, seconds from now, seconds from its start that it lasts at most.
 */
export const prolongAgentSession = statement({
  name: 'prolong-agent-session',
  text: `
update agent_sessions set expires_at = greatest(expires_at,
  least(now() + make_interval(secs => $2::int), started_at + make_interval(secs => $3::int)))
where token_hash = $1 and expires_at > now()
returning token_hash as "tokenHash", (extract(epoch from expires_at) * 1000)::bigint as "expiresAt"`,
  row: z.object({ tokenHash: z.string(), expiresAt: z.number() }),
});

/** Parameter: agent. */
export const touchAgent = statement({
  name: 'touch-agent',
  text: 'update agents set last_seen_at = now() where agent_id = $1 returning agent_id as agent',
  row: z.object({ agent: AgentId }),
});

/** The head of the log of the home at which an agent is pinned. Parameters: agent, home. */
export const agentLogHead = statement({
  name: 'agent-log-head',
  text: `
select p.agent_id as agent, p.home_id as home, h.log_sequence as sequence, h.log_hash as hash
from agent_pins p join homes h on h.home_id = p.home_id
where p.agent_id = $1 and p.home_id = $2 and p.validity @> now()`,
  row: z.object({ agent: AgentId, home: HomeId, sequence: z.number(), hash: Hash }),
});

/** Parameters: agent, home, sequence after which to begin, limit. */
export const agentLog = statement({
  name: 'agent-log',
  text: `
select l.home_id as home, l.entry, l.sequence
from agent_pins p join home_log l on l.home_id = p.home_id
where p.agent_id = $1 and p.home_id = $2 and p.validity @> now() and l.sequence > $3::int
order by l.sequence limit $4::int`,
  order: 'sequence',
  row: z.object({ home: HomeId, entry: z.string(), sequence: z.number() }),
});
