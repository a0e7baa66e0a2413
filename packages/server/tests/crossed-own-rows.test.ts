import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase } from '../src/sql/database.ts';
import type { Statement } from '../src/sql/statement.ts';
import { readAccount, readHomesOfAccount } from '../src/sql/statements/accounts.ts';
import { agentLog } from '../src/sql/statements/agents.ts';
import { agentOfToken } from '../src/sql/statements/gate-agent.ts';
import { findSession, listSessions } from '../src/sql/statements/sessions.ts';
import { newDatabaseUrl } from './support/database.ts';
import { newListeningCloud } from './support/listening.ts';
import { newSide, type Side } from './support/side.ts';

/** A cloud whose database answers a question of this statement with its first reply ever: what a crossed wire does. */
async function cloudThatRepeats(repeated: Statement<unknown>) {
  const databaseUrl = await newDatabaseUrl();
  const real = openDatabase({
    url: databaseUrl,
    random: (count) => crypto.getRandomValues(new Uint8Array(count)),
    onDoubt: () => undefined,
  });
  const wire = { crossed: false };
  // Rows of whatever shape.
  const kept = Object.create(null);
  const database: typeof real = {
    ...real,
    ask: async (scope, statement, parameters) => {
      const rows = await real.ask(scope, statement, parameters);
      if (statement.name !== repeated.name || rows.length === 0) return rows;
      kept.rows ??= rows;
      return wire.crossed ? kept.rows : rows;
    },
  };
  return { cloud: await newListeningCloud({ databaseUrl, outside: { database } }), wire, kept };
}

/** Asked by the one, and then, with the wires crossed, by the other. */
type Ask = (side: Side) => Promise<{ readonly status: number; readonly text: string }>;

const asBrowser =
  (route: 'account.get' | 'sessions.list'): Ask =>
  async ({ household }) => {
    const { statusCode: status, body: text } = await household.browser.call(route);
    return { status, text };
  };
const asAgent =
  (route: 'agent.report' | 'agent.read-log'): Ask =>
  async ({ agent }) => {
    const answer = await (route === 'agent.report'
      ? agent.report()
      : agent.call(route, { query: '?after=-1' }));
    return { status: answer.status, text: await answer.text() };
  };

for (const { what, statement, ask } of [
  { what: 'a browser', statement: findSession, ask: asBrowser('account.get') },
  { what: 'an account', statement: readAccount, ask: asBrowser('account.get') },
  { what: 'the homes of an account', statement: readHomesOfAccount, ask: asBrowser('account.get') },
  { what: 'the sessions of an account', statement: listSessions, ask: asBrowser('sessions.list') },
  { what: 'an agent', statement: agentOfToken, ask: asAgent('agent.report') },
  { what: 'the log of an agent', statement: agentLog, ask: asAgent('agent.read-log') },
])
  test(`${what} that the database takes for another's is nobody's: its own rows say whose they are`, async () => {
    const { cloud, wire, kept } = await cloudThatRepeats(statement);
    const [victim, stranger] = [await newSide(cloud), await newSide(cloud)];
    kept.rows = undefined;
    assert.equal((await ask(victim)).status, 200);
    wire.crossed = true;
    assert.equal((await ask(victim)).status, 200, 'its own rows are its own');
    const { status, text } = await ask(stranger);
    assert.equal(status, 500);
    for (const secret of [victim.household.home, victim.household.unlocked.account])
      assert.ok(!text.includes(secret));
  });
