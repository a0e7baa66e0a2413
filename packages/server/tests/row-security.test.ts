import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gateEvent } from '../src/sql/statements/gate-events.ts';
import { newListeningCloud } from './support/listening.ts';
import { newSide } from './support/side.ts';

const cloud = await newListeningCloud();
const [victim, stranger] = [await newSide(cloud), await newSide(cloud)];
const { owner } = cloud;
const victimsHome = victim.household.home;

// A live picture that the victim has seen.
const DELIVERY = `dlv_${'0'.repeat(26)}`;
await owner`insert into deliveries (home_id, delivery_id, account_id, session_id, what, camera_id) values
  (${victimsHome}, ${DELIVERY}, ${victim.household.unlocked.account}, ${`sess_${'0'.repeat(26)}`}, 'live', ${victim.agent.camera})`;
await owner`insert into live_spans (home_id, delivery_id, account_id, from_at, to_at, bytes) values
  (${victimsHome}, ${DELIVERY}, ${victim.household.unlocked.account}, now() - interval '1 s', now(), 1000)`;

const homeTables = (
  await owner`select distinct c.table_name from information_schema.columns c
    where c.column_name = 'home_id' and c.table_schema = 'public' order by 1`
).map((row) => String(row.table_name));

/** Runs as the server's role with the given settings, and takes everything back. */
async function as<Answer>(
  settings: Record<string, string>,
  work: (sql: typeof owner) => Promise<Answer>,
): Promise<Answer> {
  const undone = new Error('taken back');
  let answer: { value: Answer } | undefined;
  await owner
    .begin(async (sql) => {
      await sql`set local role nightlatch_app`;
      for (const [name, value] of Object.entries(settings))
        await sql`select set_config(${name}, ${value}, true)`;
      answer = { value: await work(sql as unknown as typeof owner) };
      throw undone;
    })
    .catch((error: unknown) => {
      if (error !== undone) throw error;
    });
  assert.ok(answer !== undefined);
  return answer.value;
}
const asStranger = { 'nightlatch.accounts': stranger.household.unlocked.account };
const asStrangersAgent = { 'nightlatch.agent': stranger.agent.device.agent };

test('every table with a home has forced row-level security, home_id first in its key, and a comment on each column', async () => {
  assert.ok(homeTables.length >= 14, homeTables.join());
  for (const table of homeTables) {
    const [row] = await owner`select relrowsecurity, relforcerowsecurity,
      (select a.attname from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
       where i.indrelid = c.oid and i.indisprimary) as first_key,
      (select count(*) from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       and col_description(c.oid, a.attnum) is null) as without_comment
      from pg_class c where c.relname = ${table} and c.relkind = 'r'`;
    assert.ok(row?.relrowsecurity && row.relforcerowsecurity, `${table}: forced row-level security`);
    // A pairing exists before it has a home.
    if (table !== 'pairings') assert.equal(row.first_key, 'home_id', table);
    assert.equal(Number(row.without_comment), 0, `${table}: comments`);
  }
});

for (const table of homeTables)
  test(`${table} shows nothing of a home to nobody, to a stranger or to another home's agent`, async () => {
    const count = `select count(*)::int as count from ${table} where home_id = $1`;
    const [there] = await owner.unsafe(count, [victimsHome]);
    for (const settings of [{}, asStranger, asStrangersAgent]) {
      const [seen] = await as(settings, (sql) => sql.unsafe(count, [victimsHome]));
      assert.equal(seen?.count, 0, JSON.stringify(settings));
    }
    const own = {
      'nightlatch.accounts': victim.household.unlocked.account,
      'nightlatch.agent': victim.agent.device.agent,
    };
    const [seen] = await as(own, (sql) => sql.unsafe(count, [victimsHome]));
    assert.equal(seen?.count, there?.count);
  });

test('a stranger can write nothing into a home, whatever the statement', async () => {
  const { account } = stranger.household.unlocked;
  const attempts = [
    `insert into memberships (home_id, account_id, role) values ('${victimsHome}', '${account}', 'owner')`,
    `insert into home_log (home_id, sequence, entry, entry_hash) values ('${victimsHome}', 99, 'x', repeat('A', 43))`,
    `insert into agent_pins (home_id, agent_id, device_key)
      values ('${victimsHome}', '${stranger.agent.device.agent}', '${stranger.agent.device.publicKey}')`,
    `insert into deliveries (home_id, delivery_id, account_id, session_id, what)
      values ('${victimsHome}', 'dlv_00000000000000000000000000', '${account}', 'sess_00000000000000000000000000', 'events')`,
    ...[account, victim.household.unlocked.account].map(
      (of) => `insert into live_spans (home_id, delivery_id, account_id, from_at, to_at, bytes)
        values ('${victimsHome}', '${DELIVERY}', '${of}', now(), now(), 1)`,
    ),
    `insert into cameras (home_id, camera_id, agent_id, source)
      values ('${victimsHome}', 'cam_00000000000000000000000000', '${stranger.agent.device.agent}', 'rtsp')`,
  ];
  for (const settings of [asStranger, asStrangersAgent, { ...asStranger, ...asStrangersAgent }])
    for (const attempt of attempts)
      await assert.rejects(
        as(settings, (sql) => sql.unsafe(attempt)),
        /row-level security|unique|live_spans_home_id_delivery_id_account_id_fkey/,
        attempt,
      );
  const changes = [
    `update homes set log_sequence = 0 where home_id = '${victimsHome}'`,
    `update memberships set validity = tstzrange(lower(validity), now()) where home_id = '${victimsHome}'`,
    `update events set ended_at = 9e12 where home_id = '${victimsHome}'`,
    `update objects set received_bytes = 0 where home_id = '${victimsHome}'`,
    `update cameras set added_at = null where home_id = '${victimsHome}'`,
  ];
  for (const settings of [asStranger, asStrangersAgent])
    for (const change of changes)
      assert.equal((await as(settings, (sql) => sql.unsafe(change))).count, 0, change);
});

test('membership and pins are history: no row changes but for its end, and none is deleted', async () => {
  const own = { 'nightlatch.accounts': victim.household.unlocked.account };
  for (const [table, change] of [
    [
      'memberships',
      `update memberships set validity = tstzrange('2020-01-01', null) where home_id = '${victimsHome}'`,
    ],
    [
      'agent_pins',
      `update agent_pins set validity = tstzrange('2020-01-01', now()) where home_id = '${victimsHome}'`,
    ],
  ] as const)
    await assert.rejects(
      as(own, (sql) => sql.unsafe(change)),
      /is history/,
      table,
    );
  for (const table of ['memberships', 'agent_pins', 'deliveries', 'live_spans', 'home_log', 'gaps'])
    await assert.rejects(
      as(own, (sql) => sql.unsafe(`delete from ${table}`)),
      /permission denied/,
      table,
    );
  for (const change of [`update deliveries set what = 'event'`, 'update live_spans set bytes = 0'])
    await assert.rejects(
      as(own, (sql) => sql.unsafe(change)),
      /permission denied/,
    );
});

test('the index of an event is used below the policies', async () => {
  const account = victim.household.unlocked.account;
  const plan = await as({ 'nightlatch.accounts': account }, async (sql) => {
    await sql`set local enable_seqscan = off`;
    const [session] = await sql`select session_id from sessions limit 1`;
    const given = [
      session?.session_id,
      account,
      victimsHome,
      victim.event.event,
      'n',
      account,
      '',
      '',
      '',
      '',
      '',
    ];
    return sql.unsafe(`explain ${gateEvent.wrapped}`, given);
  });
  const text = plan.map((row) => row['QUERY PLAN']).join('\n');
  assert.match(
    text,
    /Index Scan using events_pkey[^\n]*\n\s+Index Cond: \(\(\(home_id\)::text = [^\n]+ AND \(\(event_id\)::text = /,
  );
});
