import assert from 'node:assert/strict';
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { NightlatchError } from '@nightlatch/protocol/errors';
import { createAuthority, Grant } from '../src/gate/grant.ts';
import { createLedger, type Ledger } from '../src/ledger/ledger.ts';
import { composeMedia, type MediaParts } from '../src/media.ts';
import type { Statement } from '../src/sql/statement.ts';
import { gateEvent } from '../src/sql/statements/gate-events.ts';
import { LIVE_MEMBER } from '../src/sql/statements/gate-member.ts';
import { gateObjects } from '../src/sql/statements/gate-objects.ts';
import { type ListeningCloud, newListeningCloud } from './support/listening.ts';
import { newSide, type Side } from './support/side.ts';

const newCloudWith = (parts: MediaParts = {}): Promise<ListeningCloud> =>
  newListeningCloud({ outside: { media: (foundation) => composeMedia(foundation, parts) } });

/** The same statement with another text inside. */
function replaced<Row>(of: Statement<Row>, from: string, to: string): Statement<Row> {
  assert.ok(of.wrapped.includes(from), 'the statement has this part');
  return { ...of, wrapped: of.wrapped.replace(from, to) };
}
/** Without the membership: any session may have anything of any home. */
const WITHOUT_MEMBERSHIP = `
  select s.session_id as session, s.account_id as account, $3::text as home, 'owner' as role
  from sessions s where s.session_id = $1 and s.account_id = $2`;
const careless = { event: replaced(gateEvent, LIVE_MEMBER, WITHOUT_MEMBERSHIP) };

const HOME_TABLES = ['homes', 'memberships', 'events', 'objects', 'deliveries', 'cameras', 'gaps'];
async function withoutPolicies(cloud: ListeningCloud): Promise<void> {
  for (const table of HOME_TABLES)
    await cloud.owner.unsafe(`alter table ${table} disable row level security`);
}

const askForEvent = ({ household }: Side, { household: { home }, event: { event } }: Side) =>
  household.browser.call('events.get', { params: { home, event } });
const mismatches = ({ logged }: ListeningCloud): string[] =>
  logged.filter((line) => line.includes('"mismatch"'));

async function strangerGets(
  parts: MediaParts,
  prepare: (cloud: ListeningCloud) => Promise<void>,
): Promise<number> {
  const cloud = await newCloudWith(parts);
  const [victim, stranger] = [await newSide(cloud), await newSide(cloud)];
  await prepare(cloud);
  assert.equal((await askForEvent(victim, victim)).statusCode, 200);
  const answer = await askForEvent(stranger, victim);
  return answer.statusCode;
}

test('a gate that forgets the membership is stopped by row-level security alone', async () => {
  assert.equal(await strangerGets({ gate: { statements: careless } }, async () => {}), 404);
});

test('without row-level security the gate alone stops a stranger', async () => {
  assert.equal(await strangerGets({}, withoutPolicies), 404);
});

test('without both the stranger gets the row: these two, and nothing else, stopped it', async () => {
  assert.equal(await strangerGets({ gate: { statements: careless } }, withoutPolicies), 200);
});

// An event of somebody else's in the answer to a question about one's own: the rows' own keys tell.
const crossed = {
  event: replaced(
    gateEvent,
    'join events e on e.home_id = member.home and e.event_id = $4',
    'join events e on e.event_id <> $4',
  ),
};

test('a crossed row is stopped by the keys that it carries, and the operator is told', async () => {
  const cloud = await newCloudWith({ gate: { statements: crossed } });
  const [first] = [await newSide(cloud), await newSide(cloud)];
  await withoutPolicies(cloud);
  const answer = await askForEvent(first, first);
  assert.equal(answer.statusCode, 404);
  assert.match(mismatches(cloud).join(''), /"where":"gate"/);
});

test('a crossed row that a gate without echo lets pass is stopped by the labels that the egress reads', async () => {
  const cloud = await newCloudWith({ gate: { statements: crossed, sameKeys: () => true } });
  const [first] = [await newSide(cloud), await newSide(cloud)];
  await withoutPolicies(cloud);
  const answer = await askForEvent(first, first);
  assert.equal(answer.statusCode, 404);
  assert.match(mismatches(cloud).join(''), /"where":"egress"/);
});

// The object of another event in place of the one asked for.
const crossedObjects = {
  objects: replaced(
    gateObjects,
    "o.event_id = any (string_to_array(viewer.events, ','))",
    'o.event_id = (select max(event_id) from objects where event_id <> viewer.events)',
  ),
};

test('a crossed object in a batch is stopped by the keys that it carries, and the operator is told', async () => {
  const cloud = await newCloudWith({ gate: { statements: crossedObjects } });
  const side = await newSide(cloud);
  await side.agent.deliver(await side.agent.record(side.household));
  const answer = await side.household.browser.call('objects.get', { params: thumbnailOf(side) });
  assert.equal(answer.statusCode, 404);
  assert.match(mismatches(cloud).join(''), /"where":"gate"/);
});

test('a batch that answers more than was asked answers nothing', async () => {
  const all = replaced(gateObjects, "o.event_id = any (string_to_array(viewer.events, ','))", 'true');
  const cloud = await newCloudWith({ gate: { statements: { objects: all } } });
  const side = await newSide(cloud);
  const mine = () => side.household.browser.call('objects.get', { params: thumbnailOf(side) });
  assert.equal((await mine()).statusCode, 200);
  await side.agent.deliver(await side.agent.record(side.household));
  assert.equal((await mine()).statusCode, 500);
});

const thumbnailOf = ({ household: { home }, event: { event } }: Side) => ({
  home,
  event,
  kind: 'thumbnail',
  revision: 0,
});
async function swappedThumbnail(parts: MediaParts) {
  const cloud = await newCloudWith(parts);
  const [victim, stranger] = [await newSide(cloud), await newSide(cloud)];
  const fileOf = (side: Side): string => {
    const { home, event } = thumbnailOf(side);
    return path.join(cloud.config.dataDirectory, 'objects', home, `${event}.thumbnail.0`);
  };
  await copyFile(fileOf(victim), fileOf(stranger));
  const answer = await stranger.household.browser.call('objects.get', { params: thumbnailOf(stranger) });
  return { cloud, answer, foreign: Buffer.from(victim.event.thumbnail.bytes) };
}

test('bytes of another home in the object store are stopped by the label of their container', async () => {
  const { cloud, answer, foreign } = await swappedThumbnail({});
  assert.equal(answer.statusCode, 404);
  assert.ok(!answer.rawPayload.includes(foreign.subarray(0, 64)));
  assert.match(mismatches(cloud).join(''), /the container says that it is something else/);
  const rows = await cloud.owner`select 1 from deliveries where what = 'object'`;
  assert.equal(rows.length, 0);
});

test('without the comparison of labels the foreign bytes go out: nothing else stopped them there', async () => {
  const { answer, foreign } = await swappedThumbnail({ egress: { sameLabel: () => true } });
  assert.equal(answer.statusCode, 200);
  assert.deepEqual(answer.rawPayload, foreign);
});

test('without the ledger not one byte goes out', async () => {
  let died = false;
  const cloud = await newCloudWith({
    ledger: {
      record: async () => {
        died = true;
        throw new NightlatchError('unavailable', 'the ledger is dead');
      },
      span: async () => {},
    },
  });
  const side = await newSide(cloud);
  const answer = await side.household.browser.call('objects.get', { params: thumbnailOf(side) });
  assert.equal(answer.statusCode, 503);
  assert.ok(died);
  assert.ok(!answer.rawPayload.includes(Buffer.from(side.event.thumbnail.bytes).subarray(0, 16)));
  const { home } = side.household;
  for (const name of ['events.list', 'cameras.list', 'home-log.read'] as const)
    assert.equal((await side.household.browser.call(name, { params: { home } })).statusCode, 503, name);
});

test('whoever loses the home between the gate and the ledger gets nothing, as if it did not exist', async () => {
  let revoke = async (): Promise<void> => {};
  const cloud = await newListeningCloud({
    outside: {
      media: (foundation) => {
        const ledger = createLedger(foundation);
        const record: Ledger['record'] = async (delivery) => {
          await revoke();
          return ledger.record(delivery);
        };
        return composeMedia(foundation, { ledger: { ...ledger, record } });
      },
    },
  });
  const side = await newSide(cloud);
  const { home } = side.household;
  revoke = async () => {
    await cloud.owner`update memberships set validity = tstzrange(lower(validity), now()) where home_id = ${home}`;
  };
  const answer = await side.household.browser.call('objects.get', { params: thumbnailOf(side) });
  assert.deepEqual([answer.statusCode, answer.json().error.kind], [404, 'not-found']);
});

test('the first byte waits until the delivery is written down', async () => {
  let commit = (): void => {};
  const asked = Promise.withResolvers<void>();
  const cloud = await newCloudWith({
    ledger: {
      record: () => {
        asked.resolve();
        return new Promise((resolve) => {
          commit = () => resolve('dlv_00000000000000000000000000' as never);
        });
      },
      span: async () => {},
    },
  });
  const side = await newSide(cloud);
  const { home, event } = thumbnailOf(side);
  let arrived = false;
  const answer = fetch(new URL(`/api/homes/${home}/events/${event}/thumbnail/0`, cloud.url), {
    headers: { cookie: side.household.browser.cookie ?? '' },
  }).then((response) => {
    arrived = true;
    return response.arrayBuffer();
  });
  await asked.promise;
  // Another request goes all the way meanwhile, so there was time for a byte that does not wait.
  assert.equal((await fetch(new URL('/api/health', cloud.url))).status, 200);
  assert.equal(arrived, false);
  commit();
  assert.deepEqual(Buffer.from(await answer), Buffer.from(side.event.thumbnail.bytes));
});

test('a grant that the gate did not make, or that was used, opens nothing', async () => {
  const cloud = await newCloudWith();
  const side = await newSide(cloud);
  const { gate, egress } = cloud.cloud;
  const { home } = side.household;
  const [row] = await cloud.owner`select session_id from sessions
    where account_id = ${side.household.unlocked.account}`;
  const session = row?.session_id;
  const asked = { home, session, account: side.household.unlocked.account };

  const real = await gate.cameras(asked);
  const other = createAuthority().mint(real.content);
  const shaped: unknown = { content: real.content };
  await assert.rejects(egress.cameras(other, asked), { kind: 'not-found' });
  await assert.rejects(egress.cameras(shaped as typeof real, asked), { kind: 'not-found' });
  await assert.rejects(
    egress.cameras(Object.create(Grant.prototype, { content: { value: real.content } }), asked),
    {
      kind: 'not-found',
    },
  );
  assert.equal((await egress.cameras(real, asked)).length, 1);
  await assert.rejects(egress.cameras(real, asked), { kind: 'not-found' });
  // A real grant, for another session than the one that asks.
  await assert.rejects(egress.cameras(await gate.cameras(asked), { ...asked, session: 'sess_0' as never }), {
    kind: 'not-found',
  });
  // @ts-expect-error nobody can make a grant: its constructor is private
  const made = () => new Grant(real.content, createAuthority());
  assert.ok(made);
});

test('a session that ended while the request was under way gets nothing from the gate', async () => {
  const cloud = await newCloudWith();
  const side = await newSide(cloud);
  const { gate } = cloud.cloud;
  const { account } = side.household.unlocked;
  const { home } = side.household;
  const { event } = side.event;
  const [row] = await cloud.owner`select session_id from sessions where account_id = ${account}`;
  const asked = { home, session: row?.session_id, account };
  const object = { ...asked, event, kind: 'clip', revision: 0 } as const;
  const span = { ...asked, camera: null, from: 0, to: 9e15 };
  const questions = [
    () => gate.member(asked),
    () => gate.owner(asked),
    () => gate.events({ ...span, before: null, limit: 10 }),
    () => gate.event({ ...asked, event }),
    () => gate.gaps(span),
    () => gate.deletions(span),
    () => gate.retention(asked),
    () => gate.cameras(asked),
    () => gate.homeLog({ ...asked, after: -1, limit: 10 }),
    () => gate.homeLogHead(asked),
    () => gate.object(object),
  ];
  for (const question of questions) assert.ok((await question()) instanceof Grant);
  const states = [
    cloud.owner`update sessions set kind = 'recovery' where session_id = ${asked.session}`,
    cloud.owner`update sessions set kind = 'full', started_at = now() - interval '2 s',
      last_seen_at = now() - interval '2 s', expires_at = now() - interval '1 s' where session_id = ${asked.session}`,
    cloud.owner`update sessions set expires_at = now() + interval '1 h', ended_at = now()
      where session_id = ${asked.session}`,
  ];
  for (const state of states) {
    await state;
    for (const question of questions) await assert.rejects(question(), { kind: 'not-found' });
  }
});
