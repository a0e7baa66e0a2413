import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { agentIdOf, newHomeId } from '@nightlatch/protocol/ids';
import type { Scope } from '../sql/scope.ts';
import type { SqlParameter, Statement } from '../sql/statement.ts';
import { createGate } from './gate.ts';
import type { AskedLink } from './link.ts';

const newQuestion = (): AskedLink => ({
  tokenHash: randomBytes(32).toString('base64url'),
  agent: agentIdOf(randomBytes(32)),
  home: newHomeId(randomBytes),
});
const [one, other] = [newQuestion(), newQuestion()];
const BATCH = 'this-batch';

interface Line {
  readonly place: number;
  readonly of: AskedLink;
  readonly batch?: string;
  readonly pinAgent?: string;
}
const lineOf = ({ place, of, batch = BATCH, pinAgent = of.agent }: Line): string =>
  [place, batch, of.tokenHash, of.agent, pinAgent, of.home, 1_000].join(' ');

/** What both hear from a gate whose database answers these lines, whatever is asked. */
async function answers(...lines: readonly Line[]) {
  const gate = createGate({
    database: {
      ask: async <Row>(
        _: Scope,
        { read }: Statement<Row>,
        [batch]: readonly SqlParameter[],
      ): Promise<Row[]> => [read({ lines: lines.map(lineOf).join('\n').replaceAll(BATCH, String(batch)) })],
    },
    onMismatch: () => undefined,
    random: (count) => new Uint8Array(randomBytes(count)),
  });
  const settled = await Promise.allSettled([gate.link(one), gate.link(other)]);
  return settled.map((answer) =>
    answer.status === 'fulfilled' ? answer.value.content.agent : (answer.reason.kind ?? 'failed'),
  );
}

test('each agent of a batch is answered by its own line', async () => {
  assert.deepEqual(await answers({ place: 2, of: other }, { place: 1, of: one }), [one.agent, other.agent]);
});

test('lines that are crossed between two agents, or name another pin, answer neither', async () => {
  const neither = ['not-found', 'not-found'];
  assert.deepEqual(await answers({ place: 1, of: other }, { place: 2, of: one }), neither);
  const pinned = [
    { place: 1, of: one, pinAgent: other.agent },
    { place: 2, of: other, pinAgent: one.agent },
  ];
  assert.deepEqual(await answers(...pinned), neither);
});

test('the lines of an older batch answer nobody, also where the same agents asked in it', async () => {
  const older = [
    { place: 1, of: one, batch: 'older' },
    { place: 2, of: other, batch: 'older' },
  ];
  assert.deepEqual(await answers(...older), ['not-found', 'not-found']);
});

test('a place that nobody asked from fails the batch, and one that is answered twice has no answer', async () => {
  assert.deepEqual(await answers({ place: 1, of: one }, { place: 3, of: other }), ['failed', 'failed']);
  const twice = [
    { place: 1, of: one },
    { place: 1, of: one },
    { place: 2, of: other },
  ];
  assert.deepEqual(await answers(...twice), ['not-found', other.agent]);
});
