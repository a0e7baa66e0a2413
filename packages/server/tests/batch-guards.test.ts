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

const callerOf = async (cloud: ListeningCloud, side: Side) => ({
  session: await sessionOf(cloud, side),
  account: side.household.unlocked.account,
});
type Caller = Awaited<ReturnType<typeof callerOf>>;
type Question = (cloud: ListeningCloud, caller: Caller, of: Side) => Promise<unknown>;

const objectQuestion: Question = ({ cloud }, caller, { household: { home }, event: { event } }) =>
  cloud.gate.object({ ...caller, home, event, kind: 'thumbnail', revision: 0 });
const cameraQuestion: Question = ({ cloud }, caller, { household: { home }, agent: { camera } }) =>
  cloud.gate.camera({ ...caller, home, camera });

/** Asks the gate itself, which is what a running picture asks. */
const askForCamera: Ask = async (cloud, asks, of) =>
  cameraQuestion(cloud, await callerOf(cloud, asks), of).then(
    () => 200,
    () => 404,
  );

// The statements of batches without the membership: any session may have any thing of the home that it names.
const MEMBERSHIP = `select m.account_id, m.home_id from memberships m
  where m.home_id = viewer.home and m.account_id = s.account_id and m.validity @> now() offset 0`;
const NO_MEMBERSHIP = 'select viewer.account as account_id, viewer.home as home_id offset 0';
// ... and with anybody's membership: whoever asks may have what belongs to somebody.
const ANY_MEMBERSHIP = MEMBERSHIP.replace('and m.account_id = s.account_id ', '');
function careless<Row>(of: Statement<Row>, membership = NO_MEMBERSHIP): Statement<Row> {
  assert.ok(of.wrapped.includes(MEMBERSHIP));
  return { ...of, wrapped: of.wrapped.replace(MEMBERSHIP, membership) };
}

for (const { what, ask, question, statements, ofAnybody } of [
  {
    ...{ what: 'objects', ask: askForThumbnail, question: objectQuestion },
    statements: { objects: careless(gateObjects) },
    ofAnybody: { objects: careless(gateObjects, ANY_MEMBERSHIP) },
  },
  {
    ...{ what: 'live pictures', ask: askForCamera, question: cameraQuestion },
    statements: { camera: careless(gateCamera) },
    ofAnybody: { camera: careless(gateCamera, ANY_MEMBERSHIP) },
  },
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

  test(`a stranger in one batch for ${what} with the owner gets nothing by the owner’s membership: it says whose it is`, async () => {
    for (const sameKeys of [undefined, () => true]) {
      const cloud = await newCloudWith({ gate: { statements: ofAnybody, ...(sameKeys && { sameKeys }) } });
      const [owner, stranger] = [await newSide(cloud), await newSide(cloud)];
      const callers = await Promise.all([owner, stranger].map((side) => callerOf(cloud, side)));
      // In the same moment, so that it is one batch: row-level security lets the owner's rows through for all of it.
      const answers = await Promise.allSettled(callers.map((caller) => question(cloud, caller, owner)));
      assert.deepEqual(
        answers.map(({ status }) => status),
        ['fulfilled', sameKeys === undefined ? 'rejected' : 'fulfilled'],
      );
    }
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
