import { randomBytes } from 'node:crypto';
import {
  type AccountId,
  accountIdOf,
  type EventId,
  type HomeId,
  newCameraId,
  newEventId,
  newHomeId,
  newSessionId,
  type SessionId,
} from '@nightlatch/protocol/ids';
import postgres from 'postgres';

/** Somebody with a live session, and an event with a thumbnail in their home. */
export interface Viewing {
  readonly session: SessionId;
  readonly account: AccountId;
  readonly home: HomeId;
  readonly event: EventId;
}

const list = (items: readonly string[]): string => `{${items.join(',')}}`;
const text32 = (): string => randomBytes(32).toString('base64url');

/** Fills a migrated database with homes of one member and `eventsPerHome` events each; answers who may see what. */
export async function fillHomes(url: string, homes: number, eventsPerHome: number): Promise<Viewing[]> {
  const owners = Array.from({ length: homes }, () => ({
    session: newSessionId(randomBytes),
    account: accountIdOf(randomBytes(32)),
    home: newHomeId(randomBytes),
    camera: newCameraId(randomBytes),
  }));
  const viewings = owners.flatMap((owner) =>
    Array.from({ length: eventsPerHome }, () => ({ ...owner, event: newEventId(randomBytes) })),
  );
  const column = (name: 'session' | 'account' | 'home' | 'camera', of = owners): string =>
    list(of.map((one) => one[name]));
  const sql = postgres(url, { max: 1, fetch_types: false, onnotice: () => {} });
  // Only the tables that the gate reads are filled, so references are not checked here.
  await sql.unsafe('set session_replication_role = replica');
  await sql.unsafe(
    `insert into sessions (session_id, account_id, token_hash, kind, device, expires_at)
     select s, a, t, 'full', 'bench', now() + interval '1 day' from unnest($1::text[], $2::text[], $3::text[]) x (s, a, t)`,
    [column('session'), column('account'), list(owners.map(text32))],
  );
  await sql.unsafe(
    `insert into memberships (home_id, account_id, role)
     select h, a, 'owner' from unnest($1::text[], $2::text[]) x (h, a)`,
    [column('home'), column('account')],
  );
  await sql.unsafe(
    `insert into objects (home_id, event_id, kind, revision, camera_id, epoch, state, manifest, manifest_bytes, received_bytes, completed_at)
     select h, e, 'thumbnail', 0, c, 1, 'complete', repeat('x', 1500), 20000, 20000, now()
     from unnest($1::text[], $2::text[], $3::text[]) x (h, e, c)`,
    [column('home', viewings), list(viewings.map(({ event }) => event)), column('camera', viewings)],
  );
  await sql.unsafe('vacuum analyze');
  await sql.end();
  return viewings.map(({ session, account, home, event }) => ({ session, account, home, event }));
}
