import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Permission } from '@nightlatch/protocol/route';
import { type RouteName, routes } from '@nightlatch/protocol/routes';
import { strangerRows } from './support/stranger-rows.ts';
import { type Answer, NOTHING, newWorld, type SentRequest, WRONG } from './support/strangers.ts';

const world = await newWorld();
const { ask, victim, stranger, ended, expired, recovery, unpaired, expiredBearer } = world;
const isName = (name: string): name is RouteName => Object.hasOwn(routes, name);
const names = Object.keys(routes).filter(isName);

test('every route of the contract has its row of strangers', () => {
  assert.deepEqual(Object.keys(strangerRows).toSorted(), names.toSorted());
});

/** Routes without parameters whose request names something of a home. */
const NAMED_IN_THE_REQUEST: readonly RouteName[] = ['agent.create-upload', 'agent.put-events'];

const kindOf = (answer: Answer): string => (answer.body === '' ? '' : JSON.parse(answer.body).error?.kind);
const isPaired = (permission: Permission): boolean =>
  permission === 'paired-agent' || permission === 'linking-agent';
const isAgents = (permission: Permission): boolean => permission === 'agent' || isPaired(permission);
const withParams = (request: SentRequest, params: Record<string, string>): SentRequest => ({
  ...request,
  params: { ...request.params, ...params },
});

for (const name of names) {
  const row = strangerRows[name];
  const { permission, method } = routes[name];
  if (row.open) {
    test(`${name} is for everybody and looks at no session`, async () => {
      assert.equal(permission, 'anyone');
      const [without, withEnded] = [await ask(name, {}, {}), await ask(name, {}, ended)];
      assert.equal(withEnded.status, without.status);
      assert.notEqual(without.status, 401);
    });
    continue;
  }
  test(`${name} refuses every stranger alike`, async () => {
    const request = await row.request(world);
    const agents = isAgents(permission);
    const own = agents ? (name === 'agent.get-pairing' ? unpaired.bearer : victim.bearer) : victim.cookie;

    // Nobody's: no session, one that was ended, one that ran out, one that never was, one of the other sort.
    const nobodies = agents
      ? [
          {},
          expiredBearer,
          { authorization: `Bearer ${'A'.repeat(43)}` },
          { authorization: 'Bearer' },
          victim.cookie,
        ]
      : [{}, ended, expired, { cookie: `nightlatch=${'A'.repeat(43)}` }, victim.bearer];
    const refused = await ask(name, request, {});
    assert.equal(refused.status, 401, refused.body);
    for (const nobody of nobodies) assert.deepEqual(await ask(name, request, nobody), refused);

    if (permission === 'account' || permission === 'member' || permission === 'owner') {
      const answer = await ask(name, request, recovery);
      assert.equal(answer.status, 403, answer.body);
      assert.equal(kindOf(answer), 'sign-in-again');
    }
    if (isPaired(permission)) {
      const answer = await ask(name, request, unpaired.bearer);
      assert.equal(answer.status, 404, answer.body);
    }

    const other = agents ? stranger.bearer : stranger.cookie;
    const params = Object.keys(request.params ?? {});
    if (params.length > 0 || NAMED_IN_THE_REQUEST.includes(name)) {
      // Somebody else's thing and a thing that does not exist are one answer.
      const foreign = await ask(name, request, other);
      assert.ok([404, 422].includes(foreign.status), `${foreign.status} ${foreign.body}`);
      for (const param of params) {
        const nothing = NOTHING[param];
        if (nothing === undefined) continue;
        assert.deepEqual(await ask(name, withParams(request, { [param]: nothing() }), other), foreign, param);
        if (foreign.status !== 404) continue;
        assert.deepEqual(await ask(name, withParams(request, { [param]: nothing() }), own), foreign, param);
      }
      // A foreign thing under one's own home.
      if (params.includes('home') && params.length > 1) {
        const mixed = withParams(request, { home: stranger.household.home });
        assert.deepEqual(await ask(name, mixed, other), foreign);
      }
      for (const param of params)
        for (const wrong of WRONG[param] ?? []) {
          const answer = await ask(name, withParams(request, { [param]: wrong }), own);
          assert.equal(answer.status, 404, `${param} ${wrong}: ${answer.body}`);
          if (method !== 'HEAD') assert.equal(kindOf(answer), 'not-found');
          if (foreign.status === 404) assert.deepEqual(answer, foreign, `${param} ${wrong}`);
        }
    } else if (row.ownOnly && row.control !== false) {
      const answer = await ask(name, request, other);
      assert.equal(answer.status, 200, answer.body);
      for (const id of [victim.household.home, victim.agent.camera, victim.household.unlocked.account])
        assert.ok(!answer.body.includes(id), `${name} tells of ${id}`);
    }

    // The same request by the one who may: it was not refused for another reason.
    if (row.control === false) return;
    const allowed = await ask(name, request, own);
    assert.ok(allowed.status >= 200 && allowed.status < 300, `${allowed.status} ${allowed.body}`);
  });
}

test('a member whose membership has ended is a stranger from that moment', async () => {
  const { home, unlocked } = stranger.household;
  const before = await ask('events.list', { params: { home } }, stranger.cookie);
  assert.equal(before.status, 200);
  await world.cloud.owner`update memberships set validity = tstzrange(lower(validity), now())
    where home_id = ${home} and account_id = ${unlocked.account}`;
  for (const name of ['events.list', 'cameras.list', 'home-log.read', 'stream.open'] as const) {
    const answer = await ask(name, { params: { home } }, stranger.cookie);
    assert.equal(answer.status, 404, `${name} ${answer.body}`);
  }
});
