import { createHash, randomBytes } from 'node:crypto';
import {
  AccountId,
  AgentId,
  accountIdOf,
  agentIdOf,
  CameraId,
  HomeId,
  newCameraId,
  newHomeId,
  newSessionId,
} from '@nightlatch/protocol/ids';
import postgres from 'postgres';
import { z } from 'zod';

/** A home with an owner who is logged in, an agent that is pinned and has a session, and its camera. */
export const Household = z.object({
  home: HomeId,
  account: AccountId,
  /** What the owner's cookie holds. */
  accountToken: z.string(),
  agent: AgentId,
  agentToken: z.string(),
  camera: CameraId,
});
export type Household = z.infer<typeof Household>;

const token = (): string => randomBytes(32).toString('base64url');
const hashOf = (one: string): string => createHash('sha256').update(one).digest('base64url');

/** Fills a migrated database with so many households, as far as the live view asks for them. */
export async function fillHouseholds(url: string, count: number): Promise<Household[]> {
  const households = Array.from({ length: count }, () => ({
    home: newHomeId(randomBytes),
    account: accountIdOf(randomBytes(32)),
    accountToken: token(),
    agent: agentIdOf(randomBytes(32)),
    agentToken: token(),
    camera: newCameraId(randomBytes),
  }));
  const column = (of: (one: Household) => string): string => `{${households.map(of).join(',')}}`;
  const homes = column(({ home }) => home);
  const accounts = column(({ account }) => account);
  const agents = column(({ agent }) => agent);
  const deviceKeys = column(token);
  const sql = postgres(url, { max: 1, fetch_types: false, onnotice: () => {} });
  // Only the tables that the gate and the callers' sessions stand in are filled, so references are not checked here.
  await sql.unsafe('set session_replication_role = replica');
  await sql.unsafe(
    `insert into sessions (session_id, account_id, token_hash, kind, device, expires_at)
     select s, a, t, 'full', 'bench', now() + interval '1 day' from unnest($1::text[], $2::text[], $3::text[]) x (s, a, t)`,
    [column(() => newSessionId(randomBytes)), accounts, column(({ accountToken }) => hashOf(accountToken))],
  );
  await sql.unsafe(
    `insert into memberships (home_id, account_id, role)
     select h, a, 'owner' from unnest($1::text[], $2::text[]) x (h, a)`,
    [homes, accounts],
  );
  await sql.unsafe(
    `insert into agents (agent_id, device_key) select a, k from unnest($1::text[], $2::text[]) x (a, k)`,
    [agents, deviceKeys],
  );
  await sql.unsafe(
    `insert into agent_sessions (agent_id, token_hash, expires_at)
     select a, t, now() + interval '1 day' from unnest($1::text[], $2::text[]) x (a, t)`,
    [agents, column(({ agentToken }) => hashOf(agentToken))],
  );
  await sql.unsafe(
    `insert into agent_pins (home_id, agent_id, device_key)
     select h, a, k from unnest($1::text[], $2::text[], $3::text[]) x (h, a, k)`,
    [homes, agents, deviceKeys],
  );
  await sql.unsafe(
    `insert into cameras (home_id, camera_id, agent_id, source, added_at)
     select h, c, a, 'rtsp', now() from unnest($1::text[], $2::text[], $3::text[]) x (h, c, a)`,
    [homes, column(({ camera }) => camera), agents],
  );
  await sql.unsafe('vacuum analyze');
  await sql.end();
  return households;
}
