import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase } from '../src/sql/database.ts';
import type { Statement } from '../src/sql/statement.ts';
import { agentOfToken } from '../src/sql/statements/gate-agent.ts';
import { findSession } from '../src/sql/statements/sessions.ts';
import { newDatabaseUrl } from './support/database.ts';
import { newListeningCloud } from './support/listening.ts';
import { newSide } from './support/side.ts';

/** A cloud whose database answers a question of this statement with its first reply ever: what a crossed wire does. */
async function cloudThatRepeats(repeated: Statement<unknown>) {
  const databaseUrl = await newDatabaseUrl();
  const real = openDatabase({
    url: databaseUrl,
    random: (count) => crypto.getRandomValues(new Uint8Array(count)),
    onDoubt: () => undefined,
  });
  const wire: { crossed: boolean; kept: unknown[] | undefined } = { crossed: false, kept: undefined };
  const database: typeof real = {
    ...real,
    ask: async (scope, statement, parameters) => {
      const rows = await real.ask(scope, statement, parameters);
      if (statement.name !== repeated.name || rows.length === 0) return rows;
      wire.kept ??= rows;
      return wire.crossed ? JSON.parse(JSON.stringify(wire.kept)) : rows;
    },
  };
  return { cloud: await newListeningCloud({ databaseUrl, outside: { database } }), wire };
}

test('a browser that the database takes for another is nobody: the session’s own row says whose it is', async () => {
  const { cloud, wire } = await cloudThatRepeats(findSession);
  const [victim, stranger] = [await newSide(cloud), await newSide(cloud)];
  const list = ({ household: { browser, home } }: typeof victim) =>
    browser.call('events.list', { params: { home } });
  wire.kept = undefined;
  assert.equal((await list(victim)).statusCode, 200);
  wire.crossed = true;
  assert.equal((await list(victim)).statusCode, 200, 'its own reply is its own');
  const answer = await stranger.household.browser.call('account.get');
  assert.equal(answer.statusCode, 500);
  assert.ok(!answer.body.includes(victim.household.home), 'not one home of the other');
});

test('an agent that the database takes for another is nobody', async () => {
  const { cloud, wire } = await cloudThatRepeats(agentOfToken);
  const [victim, other] = [await newSide(cloud), await newSide(cloud)];
  wire.kept = undefined;
  assert.equal((await victim.agent.report()).status, 200);
  wire.crossed = true;
  assert.equal((await victim.agent.report()).status, 200);
  assert.equal((await other.agent.report()).status, 500);
});
