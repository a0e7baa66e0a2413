import { Hash, Instant } from '@nightlatch/protocol/encoding';
import { CameraOfflineReason, CameraStateKind } from '@nightlatch/protocol/events';
import { AgentId, CameraId, GapId, HomeId } from '@nightlatch/protocol/ids';
import { z } from 'zod';
import { statement } from '../statement.ts';
import { LIVE_MEMBER, MemberKeys } from './gate-member.ts';

/** Parameters: session, account, home, camera or null, from, to (of the gap's start). */
export const gateGaps = statement({
  name: 'gate-gaps',
  text: `
select member.session, member.account, member.home, gap.*
from (${LIVE_MEMBER}) member
left join lateral (
  select g.home_id as "rowHome", g.gap_id as gap, g.camera_id as camera, g.statement, g.from_at as "fromAt"
  from gaps g
  where g.home_id = member.home and g.from_at >= $5::bigint and g.from_at < $6::bigint
    and ($4::text is null or g.camera_id = $4)
  order by g.from_at desc
  limit 1000
) gap on true`,
  order: '"fromAt" desc',
  row: z.intersection(
    MemberKeys,
    z.union([
      z.object({ rowHome: HomeId, gap: GapId, camera: CameraId, statement: z.string() }),
      z.object({ rowHome: z.null() }),
    ]),
  ),
});

const CameraColumns = z.object({
  rowHome: HomeId,
  camera: CameraId,
  agent: AgentId,
  source: z.enum(['rtsp', 'demo']),
  added: z.boolean(),
  announcedAt: Instant,
  /** The agent's last report; null when it is no longer pinned here. */
  agentSeenAt: Instant.nullable(),
  agentSilentSeconds: z.number().nullable(),
  state: CameraStateKind.nullable(),
  since: Instant.nullable(),
  reason: CameraOfflineReason.nullable(),
});
export type CameraColumns = z.infer<typeof CameraColumns>;

/** Parameters: session, account, home. */
export const gateCameras = statement({
  name: 'gate-cameras',
  text: `
select member.session, member.account, member.home, camera.*
from (${LIVE_MEMBER}) member
left join lateral (
  select c.home_id as "rowHome", c.camera_id as camera, c.agent_id as agent, c.source,
    c.added_at is not null as added,
    (extract(epoch from c.announced_at) * 1000)::bigint as "announcedAt",
    (extract(epoch from a.last_seen_at) * 1000)::bigint as "agentSeenAt",
    extract(epoch from now() - a.last_seen_at)::int as "agentSilentSeconds",
    cs.state, cs.since, cs.reason
  from cameras c
  left join camera_states cs on cs.home_id = c.home_id and cs.camera_id = c.camera_id
  left join agent_pins p on p.home_id = c.home_id and p.agent_id = c.agent_id and p.validity @> now()
  left join agents a on a.agent_id = p.agent_id
  where c.home_id = member.home
  limit 256
) camera on true`,
  order: 'camera',
  row: z.intersection(MemberKeys, z.union([CameraColumns, z.object({ rowHome: z.null() })])),
});

/** Parameters: session, account, home, sequence after which to begin, limit. */
export const gateHomeLog = statement({
  name: 'gate-home-log',
  text: `
select member.session, member.account, member.home, log.*
from (${LIVE_MEMBER}) member
left join lateral (
  select l.home_id as "rowHome", l.sequence, l.entry
  from home_log l
  where l.home_id = member.home and l.sequence > $4::int
  order by l.sequence
  limit $5::int
) log on true`,
  order: 'sequence',
  row: z.intersection(
    MemberKeys,
    z.union([
      z.object({ rowHome: HomeId, sequence: z.number(), entry: z.string() }),
      z.object({ rowHome: z.null() }),
    ]),
  ),
});

/** Parameters: session, account, home. */
export const gateHomeLogHead = statement({
  name: 'gate-home-log-head',
  text: `
select member.session, member.account, member.home, h.home_id as "rowHome", h.log_sequence as sequence,
  h.log_hash as hash
from (${LIVE_MEMBER}) member
join homes h on h.home_id = member.home`,
  row: z.intersection(MemberKeys, z.object({ rowHome: HomeId, sequence: z.number(), hash: Hash })),
});
