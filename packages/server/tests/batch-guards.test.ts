import assert from 'node:assert/strict';
import { test } from 'node:test';
import { composeMedia, type MediaParts } from '../src/media.ts';
import { gateObjects } from '../src/sql/statements/gate-objects.ts';
import { type ListeningCloud, newListeningCloud } from './support/listening.ts';
import { newSide, type Side } from './support/side.ts';

const newCloudWith = (parts: MediaParts = {}): Promise<ListeningCloud> =>
  newListeningCloud({ outside: { media: (foundation) => composeMedia(foundation, parts) } });

// Of the ledger, too: a stranger may not be written down as somebody to whom a thing of the home was handed.
const withoutPolicies = async ({ owner }: ListeningCloud): Promise<void> => {
  for (const table of ['memberships', 'objects', 'deliveries'])
    await owner.unsafe(`alter table ${table} disable row level security`);
};

const askForThumbnail = async (
  { household }: Side,
  { household: { home }, event }: Side,
): Promise<number> => {
  const params = { home, event: event.event, kind: 'thumbnail', revision: 0 };
  return (await household.browser.call('objects.get', { params })).statusCode;
};

// The statement of a batch without the membership: any session may have any object of the home that it names.
const MEMBERSHIP = `select m.home_id from memberships m
  where m.home_id = viewer.home and m.account_id = s.account_id and m.validity @> now() offset 0`;
assert.ok(gateObjects.wrapped.includes(MEMBERSHIP));
const careless = {
  ...gateObjects,
  wrapped: gateObjects.wrapped.replace(MEMBERSHIP, 'select viewer.home as home_id offset 0'),
};

test('a batch that forgets the membership is stopped by row-level security, and by nothing else', async () => {
  const cloud = await newCloudWith({ gate: { statements: { objects: careless } } });
  const [victim, stranger] = [await newSide(cloud), await newSide(cloud)];
  assert.equal(await askForThumbnail(victim, victim), 200);
  assert.equal(await askForThumbnail(stranger, victim), 404);
  await withoutPolicies(cloud);
  assert.equal(await askForThumbnail(stranger, victim), 200);
});

test('without row-level security the batch alone stops a stranger', async () => {
  const cloud = await newCloudWith();
  const [victim, stranger] = [await newSide(cloud), await newSide(cloud)];
  await withoutPolicies(cloud);
  assert.equal(await askForThumbnail(victim, victim), 200);
  assert.equal(await askForThumbnail(stranger, victim), 404);
});

// Policies of a batch let through what belongs to any of its accounts: what each may have is the statement's to say.
test('of two people who ask in the same batch, each gets their own and not the other’s', async () => {
  const cloud = await newCloudWith();
  const [one, other] = [await newSide(cloud), await newSide(cloud)];
  const pairs = [
    [one, one],
    [one, other],
    [other, one],
    [other, other],
  ] as const;
  const answers = await Promise.all(pairs.map(([asks, of]) => askForThumbnail(asks, of)));
  assert.deepEqual(answers, [200, 404, 404, 200]);
});
