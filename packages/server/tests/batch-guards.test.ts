import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SessionId } from '@nightlatch/protocol/ids';
import { composeMedia, type MediaParts } from '../src/media.ts';
import type { Statement } from '../src/sql/statement.ts';
import { gateCamera } from '../src/sql/statements/gate-camera.ts';
import { gateObjects } from '../src/sql/statements/gate-objects.ts';
import { type ListeningCloud, newListeningCloud } from './support/listening.ts';
import { newSide, type Side } from './support/side.ts';

const newCloudWith = (parts: MediaParts = {}): Promise<ListeningCloud> =>
  newListeningCloud({ outside: { media: (foundation) => composeMedia(foundation, parts) } });

// Of the ledger, too: a stranger may not be written down as somebody to whom a thing of the home was handed.
const withoutPolicies = async ({ owner }: ListeningCloud): Promise<void> => {
  for (const table of ['memberships', 'objects', 'cameras', 'agent_pins', 'deliveries'])
    await owner.unsafe(`alter table ${table} disable row level security`);
};

type Ask = (cloud: ListeningCloud, asks: Side, of: Side) => Promise<number>;

const askForThumbnail: Ask = async (_, { household }, { household: { home }, event }) => {
  const params = { home, event: event.event, kind: 'thumbnail', revision: 0 };
  return (await household.browser.call('objects.get', { params })).statusCode;
};

const sessions = new WeakMap<Side, SessionId>();
async function sessionOf({ owner }: ListeningCloud, side: Side): Promise<SessionId> {
  const [row] =
    await owner`select session_id from sessions where account_id = ${side.household.unlocked.account}`;
  const session = sessions.get(side) ?? SessionId.parse(row?.session_id);
  sessions.set(side, session);
  return session;
}

/** Asks the gate itself, which is what a running picture asks. */
const askForCamera: Ask = async (cloud, asks, of) => {
  const session = await sessionOf(cloud, asks);
  const { account } = asks.household.unlocked;
  const asked = { session, account, home: of.household.home, camera: of.agent.camera };
  return cloud.cloud.gate.camera(asked).then(
    () => 200,
    () => 404,
  );
};

// The statements of batches without the membership: any session may have any thing of the home that it names.
const MEMBERSHIP = `select m.home_id from memberships m
  where m.home_id = viewer.home and m.account_id = s.account_id and m.validity @> now() offset 0`;
function careless<Row>(of: Statement<Row>): Statement<Row> {
  assert.ok(of.wrapped.includes(MEMBERSHIP));
  return { ...of, wrapped: of.wrapped.replace(MEMBERSHIP, 'select viewer.home as home_id offset 0') };
}

for (const { what, ask, statements } of [
  { what: 'objects', ask: askForThumbnail, statements: { objects: careless(gateObjects) } },
  { what: 'live pictures', ask: askForCamera, statements: { camera: careless(gateCamera) } },
]) {
  test(`a batch for ${what} that forgets the membership is stopped by row-level security, and by nothing else`, async () => {
    const cloud = await newCloudWith({ gate: { statements } });
    const [victim, stranger] = [await newSide(cloud), await newSide(cloud)];
    assert.equal(await ask(cloud, victim, victim), 200);
    assert.equal(await ask(cloud, stranger, victim), 404);
    await withoutPolicies(cloud);
    assert.equal(await ask(cloud, stranger, victim), 200);
  });

  test(`without row-level security the batch for ${what} alone stops a stranger`, async () => {
    const cloud = await newCloudWith();
    const [victim, stranger] = [await newSide(cloud), await newSide(cloud)];
    await withoutPolicies(cloud);
    assert.equal(await ask(cloud, victim, victim), 200);
    assert.equal(await ask(cloud, stranger, victim), 404);
  });

  // Policies of a batch let through what belongs to any of its accounts: what each may have is the statement's to say.
  test(`of two people who ask for ${what} in the same batch, each gets their own and not the other’s`, async () => {
    const cloud = await newCloudWith();
    const [one, other] = [await newSide(cloud), await newSide(cloud)];
    const pairs = [
      [one, one],
      [one, other],
      [other, one],
      [other, other],
    ] as const;
    const answers = await Promise.all(pairs.map(([asks, of]) => ask(cloud, asks, of)));
    assert.deepEqual(answers, [200, 404, 404, 200]);
  });
}
