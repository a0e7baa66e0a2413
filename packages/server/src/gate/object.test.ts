import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { accountIdOf, newCameraId, newEventId, newHomeId, newSessionId } from '@nightlatch/protocol/ids';
import type { NO_SCOPE } from '../sql/scope.ts';
import type { RawRow, SqlParameter, Statement } from '../sql/statement.ts';
import { gateObjects } from '../sql/statements/gate-objects.ts';
import type { AskedObject } from './asked.ts';
import { createGate } from './gate.ts';

const newViewer = (): Omit<AskedObject, 'event'> => ({
  session: newSessionId(randomBytes),
  account: accountIdOf(randomBytes(32)),
  home: newHomeId(randomBytes),
  kind: 'thumbnail',
  revision: 0,
});
const [alice, bob] = [newViewer(), newViewer()];
const [first, second, third] = [newEventId(randomBytes), newEventId(randomBytes), newEventId(randomBytes)];
const camera = newCameraId(randomBytes);

/** Stands for the text of the batch that is asked. */
const BATCH = 'this-batch';

type Cells = Record<
  | 'batch'
  | 'session'
  | 'account'
  | 'memberAccount'
  | 'memberHome'
  | 'home'
  | 'event'
  | 'kind'
  | 'revision'
  | 'completed',
  string
>;
/** The lists of a line, for one object that is as it was asked for but for `changes`. */
const lineOf = (place: number, asked: AskedObject, changes: Partial<Cells> = {}): string => {
  const { session, account, home, event, kind, revision } = asked;
  const cells = {
    batch: BATCH,
    session,
    account,
    memberAccount: account,
    memberHome: home,
    home,
    event,
    kind,
    revision,
    completed: 't',
    ...changes,
  };
  return [
    place,
    cells.batch,
    cells.session,
    cells.account,
    cells.memberAccount,
    cells.memberHome,
    cells.home,
    cells.event,
    cells.kind,
    cells.revision,
    camera,
    '3',
    '20000',
    cells.completed,
  ].join(' ');
};

/** A gate whose database answers these lines, whatever is asked. */
function gateThatReads(lines: readonly string[]) {
  const mismatches: string[] = [];
  const gate = createGate({
    database: {
      ask: async <Row>(
        _scope: typeof NO_SCOPE,
        { read }: Statement<Row>,
        [batch]: readonly SqlParameter[],
      ): Promise<Row[]> => {
        const text = lines.join('\n').replaceAll(BATCH, String(batch));
        const raw: RawRow = { lines: lines.length === 0 ? null : text };
        return [read(raw)];
      },
    },
    onMismatch: ({ reason }) => mismatches.push(reason),
    random: (count) => new Uint8Array(randomBytes(count)),
  });
  const ask = async (...questions: AskedObject[]) => {
    const answers = await Promise.allSettled(questions.map((one) => gate.object(one)));
    return answers.map((one) => (one.status === 'fulfilled' ? one.value.content.event : one.reason.kind));
  };
  return { ask, mismatches };
}

const question: AskedObject = { ...alice, event: first };

test('an object whose row says all that was asked is granted', async () => {
  const { ask, mismatches } = gateThatReads([lineOf(1, question)]);
  assert.deepEqual(await ask(question), [first]);
  assert.deepEqual(mismatches, []);
});

const foreign: Partial<Cells>[] = [
  { session: bob.session },
  { account: bob.account },
  { memberAccount: bob.account },
  { batch: 'an-older-one' },
  { memberHome: bob.home },
  { home: bob.home },
  { event: second },
  { kind: 'clip' },
  { revision: '1' },
];
for (const change of foreign)
  test(`a row with another ${Object.keys(change).join()} is refused, and the operator is told`, async () => {
    const { ask, mismatches } = gateThatReads([lineOf(1, question, change)]);
    assert.deepEqual(await ask(question), ['not-found']);
    assert.equal(mismatches.length, 1);
  });

test('lines that are crossed between two viewers answer neither', async () => {
  const others: AskedObject = { ...bob, event: second };
  const { ask, mismatches } = gateThatReads([lineOf(2, question), lineOf(1, others)]);
  assert.deepEqual(await ask(question, others), ['not-found', 'not-found']);
  assert.equal(mismatches.length, 2);
});

test('a viewer asks for a page at once, and for what it may not have it gets nothing', async () => {
  const page: AskedObject[] = [first, second, third].map((event) => ({ ...alice, event }));
  const stranger: AskedObject = { ...bob, event: first };
  const both = lineOf(1, question, {
    home: `${alice.home},${alice.home}`,
    event: `${third},${first}`,
    kind: 'thumbnail,thumbnail',
    revision: '0,0',
    completed: 't,t',
  })
    .replace(camera, `${camera},${camera}`)
    .replace(' 3 20000 ', ' 3,3 20000,20000 ');
  const { ask, mismatches } = gateThatReads([both]);
  // The questions of two viewers in turns, as those of two browsers come.
  const [one, two, three] = page;
  assert.ok(one && two && three);
  assert.deepEqual(await ask(one, stranger, two, three, one), [
    first,
    'not-found',
    'not-found',
    third,
    first,
  ]);
  assert.deepEqual(mismatches, []);
});

const unreadable: Record<string, string[]> = {
  'a list that is shorter than that of the events': [lineOf(1, question, { event: `${first},${second}` })],
  'a list too few': [lineOf(1, question).replace(/ t$/, '')],
  'a list too many': [`${lineOf(1, question)} x`],
  'a place that nobody asked from': [lineOf(2, question)],
  'a place twice': [lineOf(1, question), lineOf(1, question)],
  'an event twice': [
    lineOf(1, question, {
      home: `${alice.home},${alice.home}`,
      event: `${first},${first}`,
      kind: 'thumbnail,thumbnail',
      revision: '0,0',
      completed: 't,t',
    })
      .replace(camera, `${camera},${camera}`)
      .replace(' 3 20000 ', ' 3,3 20000,20000 '),
  ],
  'a word for complete that there is not': [lineOf(1, question, { completed: 'true' })],
};
for (const [what, lines] of Object.entries(unreadable))
  test(`a reply with ${what} answers nobody`, async () => {
    const { ask } = gateThatReads(lines);
    const [answer] = await ask(question);
    assert.notEqual(answer, first);
  });

test('the statement tells nothing of a viewer with no objects but who they are', () => {
  const { session, account, home } = alice;
  const viewer = { place: 1, batch: BATCH, session, account, memberAccount: account, memberHome: home };
  const line = [1, BATCH, session, account, account, home].join(' ');
  assert.deepEqual(gateObjects.read({ lines: line }), [{ viewer, objects: [] }]);
});
