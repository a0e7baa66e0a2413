import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { accountIdOf, agentIdOf, newCameraId, newHomeId, newSessionId } from '@nightlatch/protocol/ids';
import type { NO_SCOPE } from '../sql/scope.ts';
import type { SqlParameter, Statement } from '../sql/statement.ts';
import type { AskedCamera } from './camera.ts';
import { createGate } from './gate.ts';

const newQuestion = (): AskedCamera => ({
  session: newSessionId(randomBytes),
  account: accountIdOf(randomBytes(32)),
  home: newHomeId(randomBytes),
  camera: newCameraId(randomBytes),
});
const [alice, bob] = [newQuestion(), newQuestion()];
const agent = agentIdOf(randomBytes(32));

/** Stands for the text of the batch that is asked. */
const BATCH = 'this-batch';

/** A line that is as it was asked for but for `changes`. */
function lineOf(
  place: number,
  asked: AskedCamera,
  changes: Partial<
    AskedCamera & { batch: string; memberAccount: string; cameraHome: string; pinHome: string }
  > = {},
): string {
  const { account: memberAccount, home } = asked;
  const cells = { ...asked, batch: BATCH, memberAccount, cameraHome: home, pinHome: home, ...changes };
  const { batch, session, account, cameraHome, camera, pinHome } = cells;
  const viewer = [place, batch, session, account, cells.memberAccount, cells.home];
  return [...viewer, cameraHome, camera, pinHome, agent].join(' ');
}

/** A gate whose database answers these lines, whatever is asked. */
function gateThatReads(lines: readonly string[]) {
  const mismatches: string[] = [];
  let statements = 0;
  const gate = createGate({
    database: {
      ask: async <Row>(
        _scope: typeof NO_SCOPE,
        { read }: Statement<Row>,
        [batch]: readonly SqlParameter[],
      ): Promise<Row[]> => {
        statements += 1;
        const text = lines.join('\n').replaceAll(BATCH, String(batch));
        return [read({ lines: lines.length === 0 ? null : text })];
      },
    },
    onMismatch: ({ reason }) => mismatches.push(reason),
    random: (count) => new Uint8Array(randomBytes(count)),
  });
  const ask = async (...questions: AskedCamera[]) => {
    const answers = await Promise.allSettled(questions.map((one) => gate.camera(one)));
    return answers.map((one) =>
      one.status === 'fulfilled' ? one.value.content.camera : (one.reason.kind ?? 'failed'),
    );
  };
  return { ask, mismatches, asked: () => statements };
}

test('questions of the same moment are one statement, and each is granted by its own line', async () => {
  const { ask, mismatches, asked } = gateThatReads([lineOf(3, bob), lineOf(1, alice)]);
  assert.deepEqual(await ask(alice, alice, bob), [alice.camera, 'not-found', bob.camera]);
  assert.equal(asked(), 1);
  assert.deepEqual(mismatches, []);
});

for (const change of [
  { session: bob.session },
  { account: bob.account },
  { memberAccount: bob.account },
  { batch: 'an-older-one' },
  { home: bob.home },
  { cameraHome: bob.home },
  { camera: bob.camera },
  { pinHome: bob.home },
])
  test(`a line with another ${Object.keys(change).join()} is refused, and the operator is told`, async () => {
    const { ask, mismatches } = gateThatReads([lineOf(1, alice, change)]);
    assert.deepEqual(await ask(alice), ['not-found']);
    assert.equal(mismatches.length, 1);
  });

test('lines that are crossed between two viewers answer neither', async () => {
  const { ask, mismatches } = gateThatReads([lineOf(2, alice), lineOf(1, bob)]);
  assert.deepEqual(await ask(alice, bob), ['not-found', 'not-found']);
  assert.equal(mismatches.length, 2);
});

test('a question that is answered twice has no answer, and the one beside it has its own', async () => {
  const { ask } = gateThatReads([lineOf(1, alice), lineOf(2, bob), lineOf(1, alice), lineOf(1, alice)]);
  assert.deepEqual(await ask(alice, bob), ['not-found', bob.camera]);
});

for (const place of [0, 2])
  test(`a batch with an answer for place ${place} of one answers nobody`, async () => {
    const { ask } = gateThatReads([lineOf(1, alice), lineOf(place, alice)]);
    assert.deepEqual(await ask(alice), ['failed']);
  });

test('an older batch answers nobody, also where the same people asked in it', async () => {
  const { ask } = gateThatReads([lineOf(1, alice, { batch: 'older' }), lineOf(2, bob, { batch: 'older' })]);
  assert.deepEqual(await ask(alice, bob), ['not-found', 'not-found']);
});

for (const [what, line] of Object.entries({
  'a cell too few': lineOf(1, alice).replace(` ${agent}`, ''),
  'a cell too many': `${lineOf(1, alice)} x`,
  'a place that is no number': lineOf(1, alice).replace('1', 'x'),
}))
  test(`a line with ${what} fails its batch`, async () => {
    assert.deepEqual(await gateThatReads([lineOf(2, bob), line]).ask(alice, bob), ['failed', 'failed']);
  });
