// The cloud of the harness: the real one, composed without the locks that a run takes out.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { type Cache, createCache } from '@nightlatch/cache/cache';
import { macsOf } from '@nightlatch/cache/mac';
import type { CacheEvent } from '@nightlatch/cache/observe';
import { redisTransport } from '@nightlatch/cache/redis';
import { makeLog } from '@nightlatch/server/logging';
import { composeMedia, type MediaParts } from '@nightlatch/server/media';
import { openObjectStore } from '@nightlatch/server/objects/store';
import { openDatabase } from '@nightlatch/server/sql/database';
import { migrate } from '@nightlatch/server/sql/migrate';
import type { Statement } from '@nightlatch/server/sql/statement';
import { gateCamera } from '@nightlatch/server/sql/statements/gate-camera';
import { gateEvent, gateEvents } from '@nightlatch/server/sql/statements/gate-events';
import { gateGaps, gateHomeLogHead } from '@nightlatch/server/sql/statements/gate-home';
import { gateMember, LIVE_MEMBER } from '@nightlatch/server/sql/statements/gate-member';
import { gateObjects } from '@nightlatch/server/sql/statements/gate-objects';
import { gateDeletions, gateRetention } from '@nightlatch/server/sql/statements/gate-retention';
import { openCloud } from '@nightlatch/server/wiring';
import postgres from 'postgres';
import {
  type CloudNews,
  CloudOrder,
  NO_STRAIN,
  type OpenOrder,
  RECONNECTS_PER_SECOND,
} from './cloud-messages.ts';
import type { Lock } from './locks.ts';
import { strainedDisk } from './strained-disk.ts';
import { withoutEnvelope, withoutProof } from './void-cache-locks.ts';

/** The tables that row-level security guards. */
async function withoutRowSecurity(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const tables =
    await sql`select relname from pg_class where relrowsecurity and relnamespace = 'public'::regnamespace`;
  for (const { relname } of tables) await sql`alter table ${sql(relname)} disable row level security`;
  await sql.end();
}

/** The same statement with another text inside. */
function replaced<Row>(of: Statement<Row>, from: string, to: string): Statement<Row> {
  assert.ok(of.wrapped.includes(from), `${of.name} has this part`);
  return { ...of, wrapped: of.wrapped.replace(from, to) };
}

/** Any session may have anything of any home. */
const ANY_SESSION = `
  select s.session_id as session, s.account_id as account, $3::text as home, 'owner' as role
  from sessions s where s.session_id = $1 and s.account_id = $2`;
const MEMBERSHIP = `select m.account_id, m.home_id from memberships m
  where m.home_id = viewer.home and m.account_id = s.account_id and m.validity @> now() offset 0`;
const WITHOUT_MEMBERSHIP = 'select viewer.account as account_id, viewer.home as home_id offset 0';

/** The membership of whoever has the home, for anybody who asks: of a stream these are the rows that row-level security hides. */
const OF_CALLER = 'm.account_id = s.account_id and m.home_id = $3';
const OF_ANYBODY = 'm.home_id = $3';

const partsWithout = (locks: readonly Lock[]): MediaParts => ({
  gate: locks.includes('gate')
    ? {
        sameKeys: () => true,
        statements: {
          member: replaced(gateMember, OF_CALLER, OF_ANYBODY),
          event: replaced(gateEvent, LIVE_MEMBER, ANY_SESSION),
          events: replaced(gateEvents, LIVE_MEMBER, ANY_SESSION),
          gaps: replaced(gateGaps, LIVE_MEMBER, ANY_SESSION),
          deletions: replaced(gateDeletions, LIVE_MEMBER, ANY_SESSION),
          homeLogHead: replaced(gateHomeLogHead, LIVE_MEMBER, ANY_SESSION),
          retention: replaced(gateRetention, LIVE_MEMBER, ANY_SESSION),
          camera: replaced(gateCamera, MEMBERSHIP, WITHOUT_MEMBERSHIP),
          objects: replaced(gateObjects, MEMBERSHIP, WITHOUT_MEMBERSHIP),
        },
      }
    : {},
  egress: locks.includes('egress') ? { sameLabel: () => true, sameLive: () => true } : {},
});

/** The cache of a run that takes out one of its locks; all others have the cloud's own. */
function cacheWithout(locks: readonly Lock[], url: string): { cache: Cache } | undefined {
  const [proof, envelope] = [locks.includes('cache-proof'), locks.includes('cache-envelope')];
  if (!proof && !envelope) return undefined;
  const keys = { current: { id: '1', secret: new Uint8Array(randomBytes(32)) } };
  let transport = redisTransport({ url });
  if (envelope) transport = withoutEnvelope(transport, macsOf(keys));
  if (proof) transport = withoutProof(transport);
  const observe = ({ type }: CacheEvent) => {
    if (type === 'doubt') doubts += 1;
  };
  return { cache: createCache({ namespace: 'nightlatch', keys, transport, observe }) };
}

let strain = NO_STRAIN;
let disk: ReturnType<typeof strainedDisk> | undefined;

const tell = (news: CloudNews): void => void process.send?.(news);
let mismatches = 0;
let doubts = 0;

async function run({
  databaseUrl,
  ownerUrl,
  redisUrl,
  dataDirectory,
  port,
  without,
}: OpenOrder): Promise<void> {
  await migrate({ url: ownerUrl });
  if (without.includes('row-security')) await withoutRowSecurity(ownerUrl);
  const random = (count: number) => new Uint8Array(randomBytes(count));
  const log = makeLog({
    level: 'error',
    destination: {
      write: (line: string) => {
        if (line.includes('"mismatch"')) mismatches += 1;
        if (line.includes('a reply of the cache was not')) doubts += 1;
      },
    },
  });
  const database = openDatabase({
    url: databaseUrl,
    random,
    onDoubt: () => {
      doubts += 1;
    },
    ...(without.includes('reply-proof') ? { isAnswerTo: () => true } : {}),
  });
  const config = {
    ...{ databaseUrl: ownerUrl, host: '127.0.0.1', port, publicUrl: undefined },
    ...{ redisUrl: new URL(redisUrl), dataDirectory, webDirectory: undefined },
    reconnectsPerSecond: RECONNECTS_PER_SECOND,
  };
  const strained = strainedDisk(await openObjectStore({ directory: path.join(dataDirectory, 'objects') }));
  disk = strained;
  const cloud = await openCloud(config, {
    ...cacheWithout(without, redisUrl),
    ...{ log, database, random, clock: () => Date.now() + strain.clockMilliseconds },
    media: (foundation) => composeMedia(foundation, { ...partsWithout(without), objects: strained.objects }),
  });
  await cloud.listen();
  tell({ kind: 'ready' });
}

process.on('message', (message) => {
  const order = CloudOrder.parse(message);
  if (order.kind === 'count') tell({ kind: 'counts', mismatches, doubts, strained: disk?.struck ?? 0 });
  else if (order.kind === 'strain') {
    strain = order.strain;
    disk?.strain(strain);
  } else
    run(order).catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
});
process.once('disconnect', () => process.exit(0));
