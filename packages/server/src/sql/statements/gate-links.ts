import { statement } from '../statement.ts';
import { linesOf } from './gate-viewers.ts';

/** What the gate learns of an agent that may keep a link; every key is from the rows themselves. */
export interface GateLinkRow {
  /** Which question of the batch, from 1. */
  readonly place: number;
  /** Which batch, in its own words. */
  readonly batch: string;
  readonly tokenHash: string;
  readonly agent: string;
  readonly pinAgent: string;
  readonly home: string;
  /** When the session ends, in milliseconds since 1970. */
  readonly expiresAt: number;
}

function readLine(line: string): GateLinkRow {
  const [place = '', batch, tokenHash, agent, pinAgent, home, expiresAt = '', ...more] = line.split(' ');
  if (
    !/^\d+$/.test(place) ||
    batch === undefined ||
    tokenHash === undefined ||
    agent === undefined ||
    pinAgent === undefined ||
    home === undefined ||
    !/^\d+$/.test(expiresAt) ||
    more.length > 0
  )
    throw new TypeError('gate-links: a line cannot be read');
  return { place: Number(place), batch, tokenHash, agent, pinAgent, home, expiresAt: Number(expiresAt) };
}

/**
 * Agents with a live session that are pinned at a home, many questions in one statement: the text of the batch,
 * arrays of hashes of tokens, agents and homes. Answers a line for each who may have a link. The lateral joins and `offset 0` leave one plan, as in
 * `gate-objects`.
 */
export const gateLinks = statement({
  name: 'gate-links',
  text: `
select string_agg(concat_ws(' ', asks.place, $1::text, s.token_hash, s.agent_id, p.agent_id, p.home_id,
                            (extract(epoch from s.expires_at) * 1000)::bigint), e'\\n') as lines
from unnest($2::text[], $3::text[], $4::text[]) with ordinality as asks (token_hash, agent, home, place)
cross join lateral (
  select s.token_hash, s.agent_id, s.expires_at from agent_sessions s
  where s.token_hash = asks.token_hash and s.agent_id = asks.agent and s.expires_at > now() offset 0) s
cross join lateral (
  select p.agent_id, p.home_id from agent_pins p
  where p.home_id = asks.home and p.agent_id = s.agent_id and p.validity @> now() offset 0) p`,
  row: linesOf(readLine),
});
