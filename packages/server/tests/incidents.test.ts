// What went wrong elsewhere, each once, in terms of this cloud. Those of a cache are with the cache.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { openDatabase } from '../src/sql/database.ts';
import { gateEvent } from '../src/sql/statements/gate-events.ts';
import { newDatabaseUrl } from './support/database.ts';
import { newHousehold } from './support/household.ts';
import { type ListeningCloud, newListeningCloud } from './support/listening.ts';
import { logIn } from './support/person.ts';
import { newSide, type Side } from './support/side.ts';

let cloud: ListeningCloud;
let alice: Side;
let bob: Side;
before(async () => {
  cloud = await newListeningCloud();
  [alice, bob] = [await newSide(cloud), await newSide(cloud)];
});

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${cloud.url.origin}${path}`, { headers, redirect: 'manual' });
const as = ({ household }: Side) => ({ cookie: household.browser.cookie ?? '' });
const thumbnailPath = (home: Side, event: Side): string =>
  `/api/homes/${home.household.home}/events/${event.event.event}/thumbnail/0`;
/** Whether an answer has anything of what was sealed. */
const holdsPicture = async (answer: Response, { event }: Side): Promise<boolean> =>
  Buffer.from(await answer.arrayBuffer()).includes(Buffer.from(event.thumbnail.bytes).subarray(-64));

test('Wyze, September 2023; Klarna, 2021; Steam, 2015: no cache on the way may keep anything of a home', async () => {
  const { home } = alice.household;
  const paths = ['events', 'cameras', 'log', 'retention'].map((what) => `/api/homes/${home}/${what}`);
  for (const path of [...paths, thumbnailPath(alice, alice), '/api/account']) {
    const answer = await get(path, as(alice));
    await answer.arrayBuffer();
    assert.equal(answer.status, 200, path);
    assert.match(answer.headers.get('cache-control') ?? '', /no-store/, path);
    assert.ok(!/public|s-maxage|max-age=[1-9]/.test(answer.headers.get('cache-control') ?? ''), path);
  }
  const bytes = await get(thumbnailPath(alice, alice), as(alice));
  assert.ok(await holdsPicture(bytes, alice));
  assert.deepEqual(
    [bytes.headers.get('cache-control'), bytes.headers.get('vary')],
    ['private, no-store', 'cookie'],
  );
});

test('GitHub, March 2021; UniFi, December 2023: two people at the same moment are never taken for each other', async () => {
  const accountOf = ({ household }: Side): string => household.unlocked.account;
  const asked = Array.from({ length: 60 }, (_, at) => (at % 2 === 0 ? alice : bob));
  const answers = await Promise.all(asked.map(async (side) => (await get('/api/account', as(side))).json()));
  for (const [at, side] of asked.entries()) assert.equal(answers[at].account, accountOf(side));
});

test('Scrypted PR 2082: an address is nobody’s identity', async () => {
  for (const header of ['x-forwarded-for', 'x-real-ip', 'forwarded']) {
    const answer = await get(thumbnailPath(alice, alice), { [header]: '127.0.0.1' });
    assert.equal(answer.status, 401);
    assert.equal(await holdsPicture(answer, alice), false);
  }
});

test('ZoneMinder: a session is 256 random bits, and never the same again', async () => {
  const { browser, person } = alice.household;
  const seen = new Set<string>();
  for (let one = 0; one < 3; one++) {
    await logIn(browser, person);
    const [, token = ''] = (browser.cookie ?? '').split('=');
    assert.match(token, /^[A-Za-z0-9_-]{43}$/);
    seen.add(token);
  }
  assert.equal(seen.size, 3);
});

test('Viseron PR 1415: an id of another home opens nothing in one’s own', async () => {
  const answer = await get(thumbnailPath(bob, alice), as(bob));
  assert.equal(answer.status, 404);
  assert.equal(await holdsPicture(answer, alice), false);
});

test('Frigate #23164, #22987, #22714: no side door leads to a picture', async () => {
  const { home } = alice.household;
  const name = `${alice.event.event}.thumbnail.0`;
  const doors = [
    ...[`/objects/${home}/${name}`, `/data/objects/${home}/${name}`, `/static/../objects/${home}/${name}`],
    ...[`/api/homes/${home}/events/${alice.event.event}/thumbnail`, `/api/homes/${home}/objects/${name}`],
    ...[`/%2e%2e/objects/${home}/${name}`, `//objects/${home}/${name}`],
  ];
  for (const door of doors)
    for (const headers of [{}, as(bob), as(alice)])
      assert.equal(await holdsPicture(await get(door, headers), alice), false, door);
});

test('CrumbVMS PR 333: a home without an owner is nobody’s', async () => {
  const left = await newSide(cloud);
  const { home } = left.household;
  await cloud.owner`update memberships set validity = tstzrange(lower(validity), now()) where home_id = ${home}`;
  for (const headers of [as(left), as(bob), {}]) {
    const answer = await get(thumbnailPath(left, left), headers);
    assert.ok([401, 404].includes(answer.status));
    assert.equal(await holdsPicture(answer, left), false);
  }
});

test('Swann, 2018: a device key is pinned in one home, and a second one is told no', async () => {
  const other = await newHousehold(cloud);
  const { device } = alice.agent;
  const entry = await other.sign({ kind: 'pin-agent', agent: device.agent, deviceKey: device.publicKey });
  const answer = await other.browser.call('home-log.append', {
    params: { home: other.home },
    input: { entries: [entry] },
  });
  assert.notEqual(answer.statusCode, 200);
  const pins = await cloud.owner`
    select home_id from agent_pins where agent_id = ${device.agent} and upper_inf(validity)`;
  assert.deepEqual(
    pins.map((row) => row.home_id),
    [alice.household.home],
  );
});

test('pgbouncer #203: a statement that runs with somebody else’s parameters shows nobody anything', async () => {
  const databaseUrl = await newDatabaseUrl();
  const random = (count: number) => crypto.getRandomValues(new Uint8Array(count));
  const real = openDatabase({ url: databaseUrl, random, onDoubt: () => undefined });
  let swapped: readonly [Parameters<typeof real.ask>[0], Parameters<typeof real.ask>[2]] | undefined;
  let isSwapping = false;
  const database: typeof real = {
    ...real,
    ask: (scope, statement, parameters) => {
      if (statement.name !== gateEvent.name) return real.ask(scope, statement, parameters);
      const [otherScope, others] = (isSwapping ? swapped : undefined) ?? [scope, parameters];
      swapped ??= [scope, parameters];
      return real.ask(otherScope, statement, others);
    },
  };
  const crossed = await newListeningCloud({ databaseUrl, outside: { database } });
  const [one, two] = [await newSide(crossed), await newSide(crossed)];
  const look = ({ household, event }: Side) =>
    household.browser.call('events.get', { params: { home: household.home, event: event.event } });
  assert.equal((await look(one)).statusCode, 200);
  isSwapping = true;
  const answer = await look(two);
  assert.equal(answer.statusCode, 404);
  assert.ok(!answer.body.includes(one.event.event));
  assert.ok(crossed.logged.some((line) => line.includes('"mismatch"')));
});
