import { randomBytes } from 'node:crypto';
import { newEventId } from '@nightlatch/protocol/ids';
import postgres from 'postgres';
import type { Resident } from '../../storm/town.ts';

const KINDS = ['clip', 'thumbnail', 'metadata'] as const;
const MINUTE_MILLISECONDS = 60_000;
/** As long as the sealed key and the hashes of a still make it. */
const FILLING = 'x'.repeat(900);
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Gives each home of a town so many whole events, one a minute, the last one now. @param url of the owner of the tables */
export async function fillEvents(url: string, residents: readonly Resident[], count: number): Promise<void> {
  const sql = postgres(url, { max: 1, fetch_types: false, onnotice: () => {} });
  const now = Date.now();
  for (const { home, camera, device } of residents) {
    const events = Array.from({ length: count }, () => newEventId(randomBytes));
    const list = `{${events.join(',')}}`;
    await sql`insert into events (home_id, event_id, camera_id, agent_id, sequence, started_at, ended_at)
      select ${home}, event, ${camera}, ${device.agent}, place, at, at + 5000
      from (select event, place, ${now}::bigint - (${count} - place) * ${MINUTE_MILLISECONDS}::bigint as at
            from unnest(${list}::text[]) with ordinality as made (event, place)) made`;
    for (const kind of KINDS) {
      const manifests = events.map(
        (event) => `e30.${part({ home, camera, event, kind, revision: 0, filling: FILLING })}.e30`,
      );
      await sql`insert into objects (home_id, event_id, kind, revision, camera_id, epoch, state, manifest,
          manifest_bytes, received_bytes, completed_at)
        select ${home}, event, ${kind}, 0, ${camera}, 1, 'complete', manifest, 20000, 20000, now()
        from unnest(${list}::text[], ${`{${manifests.join(',')}}`}::text[]) as made (event, manifest)`;
    }
  }
  await sql.unsafe('vacuum analyze');
  await sql.end();
}
