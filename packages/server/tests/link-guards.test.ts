import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NightlatchError } from '@nightlatch/protocol/errors';
import { tokenHash } from '../src/accounts/sessions.ts';
import { composeMedia, type MediaParts } from '../src/media.ts';
import { gateLinks } from '../src/sql/statements/gate-links.ts';
import { type ListeningCloud, newListeningCloud } from './support/listening.ts';
import { newSide, type Side } from './support/side.ts';

const newCloudWith = (gate: NonNullable<MediaParts['gate']> = {}): Promise<ListeningCloud> =>
  newListeningCloud({ outside: { media: (foundation) => composeMedia(foundation, { gate }) } });

const withoutPolicies = async ({ owner }: ListeningCloud): Promise<void> => {
  for (const table of ['agent_sessions', 'agent_pins'])
    await owner.unsafe(`alter table ${table} disable row level security`);
};

/** Whether the agent of `asks`, with a session of `by`, may have a link at the home of `of`. */
const ask = (cloud: ListeningCloud, asks: Side, by: Side, of: Side): Promise<boolean> =>
  cloud.cloud.gate
    .link({
      tokenHash: tokenHash(by.agent.token),
      agent: asks.agent.device.agent,
      home: of.household.home,
    })
    .then(
      () => true,
      (error: unknown) => {
        assert.ok(error instanceof NightlatchError && error.kind === 'not-found');
        return false;
      },
    );

// Any session is taken, and anybody's pin at the home.
const careless = {
  links: {
    ...gateLinks,
    wrapped: gateLinks.wrapped
      .replace('s.agent_id = asks.agent and ', '')
      .replace('p.agent_id = s.agent_id and ', ''),
  },
};
const blind = { sameKeys: () => true };

for (const { what, gate, policies } of [
  { what: 'the statement alone', gate: blind, policies: false },
  { what: 'row-level security alone', gate: { statements: careless, ...blind }, policies: true },
  { what: 'the proof of the rows alone', gate: { statements: careless }, policies: false },
])
  test(`a link with another's session, or at another's home, is refused by ${what}`, async () => {
    const cloud = await newCloudWith(gate);
    const [victim, stranger] = [await newSide(cloud), await newSide(cloud)];
    if (!policies) await withoutPolicies(cloud);
    assert.equal(await ask(cloud, victim, victim, victim), true);
    assert.equal(await ask(cloud, victim, stranger, victim), false);
    assert.equal(await ask(cloud, stranger, stranger, victim), false);
  });

test('without all three it is not: the test sees', async () => {
  const cloud = await newCloudWith({ statements: careless, ...blind });
  const [victim, stranger] = [await newSide(cloud), await newSide(cloud)];
  await withoutPolicies(cloud);
  assert.equal(await ask(cloud, stranger, stranger, victim), true);
});

test('of two agents that ask in the same batch, each gets its own and not the other’s', async () => {
  const cloud = await newCloudWith();
  const [one, other] = [await newSide(cloud), await newSide(cloud)];
  const answers = await Promise.all([
    ask(cloud, one, one, one),
    ask(cloud, one, one, other),
    ask(cloud, one, other, one),
    ask(cloud, other, one, other),
    ask(cloud, other, other, other),
  ]);
  assert.deepEqual(answers, [true, false, false, false, true]);
});
