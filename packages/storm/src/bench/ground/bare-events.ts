import postgres from 'postgres';
import { parentOf } from './process-cpu.ts';
import type { SignedEvent } from './signed-events.ts';

const list = (items: readonly (string | number)[]): string => `{${items.join(',')}}`;

/**
 * The same bytes in tables with the same columns and indexes, and nothing else: no policies, no references, no checks, no
 * question of whose they are. What a database of this machine can take at most.
 */
export async function bareEvents(url: string, connections: number) {
  const sql = postgres(url, { max: connections, fetch_types: false, onnotice: () => {} });
  await sql.unsafe(`
    create table bare_events (home_id text, event_id text, camera_id text, agent_id text, sequence bigint, previous text,
      started_at bigint, ended_at bigint, received_at timestamptz default now(), primary key (home_id, event_id));
    create index on bare_events (home_id, started_at desc);
    create index on bare_events (home_id, camera_id, started_at desc);
    create table bare_objects (home_id text, event_id text, kind text, revision smallint, camera_id text, epoch bigint,
      state text, manifest text, manifest_bytes bigint, received_bytes bigint default 0, completed_at timestamptz,
      primary key (home_id, event_id, kind, revision));`);
  const [row] = await sql`select pg_backend_pid() as backend`;
  return {
    /** Of the server whose children do the work. */
    serverProcessId: await parentOf(Number(row?.backend)),
    /** One statement, one commit. */
    insert: async (events: readonly SignedEvent[]): Promise<void> => {
      const objects = events.flatMap((one) =>
        one.manifests.map((manifest, index) => ({
          one,
          manifest,
          kind: index === 0 ? 'metadata' : 'thumbnail',
        })),
      );
      const { count } = await sql.unsafe(
        `with e as (
           insert into bare_events (home_id, event_id, camera_id, agent_id, sequence, previous, started_at, ended_at)
           select h, e, c, a, s, repeat('x', 43), t, t + 9000
           from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[]) x (h, e, c, a, s, t))
         insert into bare_objects (home_id, event_id, kind, revision, camera_id, epoch, state, manifest, manifest_bytes)
         select h, e, k, 0, c, 1, 'complete', m, 500
         from unnest($7::text[], $8::text[], $9::text[], $10::text[], $11::text[]) x (h, e, k, c, m)`,
        [
          list(events.map(({ of }) => of.home)),
          list(events.map(({ event }) => event)),
          list(events.map(({ of }) => of.camera)),
          list(events.map(({ of }) => of.device.agent)),
          list(events.map(({ sequence }) => sequence)),
          list(events.map(({ startedAt }) => startedAt)),
          list(objects.map(({ one }) => one.of.home)),
          list(objects.map(({ one }) => one.event)),
          list(objects.map(({ kind }) => kind)),
          list(objects.map(({ one }) => one.of.camera)),
          list(objects.map(({ manifest }) => manifest)),
        ],
        { prepare: true },
      );
      if (count !== objects.length) throw new Error('not all rows were inserted');
    },
    countEvents: async (): Promise<number> =>
      Number((await sql`select count(*) as events from events where received_at is not null`)[0]?.events),
    [Symbol.asyncDispose]: () => sql.end(),
  };
}
