import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createAdmission } from '../src/admission/admission.ts';
import { newListeningCloud } from './support/listening.ts';
import { newSide } from './support/side.ts';

const admission = createAdmission({
  monotonic: () => 0,
  limits: { underWayMax: 1, patienceMilliseconds: 0 },
});
const cloud = await newListeningCloud({ outside: { admission } });
const { household, agent } = await newSide(cloud);
const { browser, home } = household;

/** Somebody has the only turn, and somebody more urgent than everybody else waits for the next. */
const [first, second] = [await admission.enter('revocation'), admission.enter('revocation')];
after(async () => {
  first[Symbol.dispose]();
  (await second)[Symbol.dispose]();
});

test('who comes when there is no room is refused with the time to come again, before anybody looks at who asks', async () => {
  const asked = [
    await browser.call('events.list', { params: { home } }),
    await browser.call('events.list', { params: { home }, headers: { cookie: 'nightlatch=nobody' } }),
    await browser.call('login.start', { input: {} }),
  ];
  for (const answer of asked) {
    assert.equal(answer.statusCode, 503, answer.body);
    assert.ok(Number(answer.headers['retry-after']) >= 1);
    assert.equal(answer.json().error.kind, 'unavailable');
  }
  const link = await agent.call('agent.report', { input: {} });
  assert.equal(link.status, 503);
  assert.ok(Number(link.headers.get('retry-after')) >= 1);
});

test('whether the cloud is well is answered all the same, and nobody fills the log by being refused', async () => {
  assert.equal((await browser.call('health.get')).statusCode, 200);
  await browser.call('events.list', { params: { home } });
  assert.deepEqual(
    cloud.logged.filter((line) => /"level":"(warn|error)"/.test(line)),
    [],
  );
});

test('an answer that was refused, failed or given gives the turn back', async () => {
  first[Symbol.dispose]();
  (await second)[Symbol.dispose]();
  for (const params of [{ home }, { home: 'home_nothing' }])
    await browser.call('events.list', { params, headers: {} });
  await browser.call('events.list', { params: { home }, headers: { cookie: 'nightlatch=nobody' } });
  assert.equal((await browser.call('events.list', { params: { home } })).statusCode, 200);
  assert.equal(admission.counts.underWay, 0);
});

test('a stranger who calls for what is most urgent comes behind who was somebody before', async () => {
  const limits = { underWayMax: 1, patienceMilliseconds: 60_000 };
  const known = createAdmission({ monotonic: () => 0, limits });
  await using other = await newListeningCloud({ outside: { admission: known } });
  const { browser: owner } = (await newSide(other)).household;
  // Where nobody is looked at nobody is met, and of what somebody shows only that by which they are known.
  const stranger = { cookie: 'nightlatch=nobody', authorization: 'Basic nobody' };
  assert.equal((await owner.call('health.get', { headers: stranger })).statusCode, 200);
  assert.equal((await owner.call('health.get', { headers: { cookie: stranger.cookie } })).statusCode, 200);
  const { authorization } = stranger;
  assert.equal((await owner.call('account.get', { headers: { authorization } })).statusCode, 200);
  const waitingAre = async (count: number): Promise<void> => {
    while (known.counts.waiting < count) await new Promise((resolve) => setImmediate(resolve));
  };
  const turn = await known.enter('live');
  const order: string[] = [];
  const note = (who: string, answer: ReturnType<typeof owner.call>): Promise<unknown> =>
    answer.then(({ statusCode }) => order.push(`${who} ${statusCode}`));
  const asked = Array.from({ length: 3 }, () =>
    note('stranger', owner.call('logout', { input: {}, headers: stranger })),
  );
  await waitingAre(3);
  asked.push(note('owner', owner.call('account.get')));
  await waitingAre(4);
  turn[Symbol.dispose]();
  await Promise.all(asked);
  // Its look comes first, and between that and its answer the first of those who wait.
  assert.deepEqual(order, ['stranger 401', 'owner 200', 'stranger 401', 'stranger 401']);
});
