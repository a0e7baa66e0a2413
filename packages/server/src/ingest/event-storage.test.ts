import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { agentIdOf, newCameraId, newEventId, newHomeId } from '@nightlatch/protocol/ids';
import type { Database } from '../sql/database.ts';
import { SqlError } from '../sql/failures.ts';
import type { Scope } from '../sql/scope.ts';
import { createEventStorage } from './event-storage.ts';
import type { SentEvent } from './sent-event.ts';

const newSent = (): SentEvent => ({
  ...{ agent: agentIdOf(randomBytes(32)), home: newHomeId(randomBytes), deviceKey: 'key' },
  event: newEventId(randomBytes),
  says: { camera: newCameraId(randomBytes), epoch: 1, sequence: 1, previous: null, startedAt: 1 },
  endedAt: 2,
  objects: [{ jws: 'a.b.c', manifest: { kind: 'metadata', revision: 0, state: 'complete' }, bytes: 100 }],
});
const rowOf = ({ home, event, says, objects }: SentEvent) => ({
  ...{ home, event, camera: says.camera, objects: objects.length },
});

/** A storage whose database answers like this, and what it was asked with. */
function storageWith(answer: (name: string) => object[]) {
  const asked: { name: string; scope: Scope }[] = [];
  const database: Pick<Database, 'ask'> = {
    ask: async (scope, { name }) => {
      asked.push({ name, scope });
      return answer(name) as never;
    },
  };
  return { store: createEventStorage({ database }), asked };
}

test('events of one moment go in one statement, for all their agents, and each is answered with its own', async () => {
  const [one, other] = [newSent(), newSent()];
  const { store, asked } = storageWith(() => [rowOf(other), rowOf(one)]);
  const answers = await Promise.all([store(one), store(other)]);
  assert.deepEqual(
    answers.map((answer) => answer?.event),
    [one.event, other.event],
  );
  assert.deepEqual(asked, [{ name: 'put-new-events', scope: { agents: [one.agent, other.agent] } }]);
});

test('a row of something that was not sent is no acknowledgement for anybody', async () => {
  const [one, other] = [newSent(), newSent()];
  for (const row of [
    rowOf(other),
    { ...rowOf(one), home: other.home },
    { ...rowOf(one), camera: other.says.camera },
    { ...rowOf(one), objects: 2 },
  ])
    await assert.rejects(storageWith(() => [row]).store(one), /a row of stored|not stored once/);
  await assert.rejects(storageWith(() => [rowOf(one), rowOf(one)]).store(one), /not stored once/);
});

test('what the statement stores nothing of is asked for among what is known, and else left to the single road', async () => {
  const sent = newSent();
  const known = { ...rowOf(sent), objects: [] };
  const there = storageWith((name) => (name === 'put-new-events' ? [] : [known]));
  assert.deepEqual(await there.store(sent), { event: sent.event, objects: [] });
  assert.equal(await storageWith(() => []).store(sent), undefined);
});

test('what PostgreSQL refuses leaves each event to the single road; a database that is away fails them all', async () => {
  const refuses = storageWith(() => {
    throw new SqlError('put-new-events', '23514', 'check', undefined);
  });
  assert.deepEqual(await Promise.all([refuses.store(newSent()), refuses.store(newSent())]), [
    undefined,
    undefined,
  ]);
  const away = storageWith(() => {
    throw new Error('away');
  });
  await assert.rejects(away.store(newSent()), /away/);
});
