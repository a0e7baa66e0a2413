import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NightlatchError } from '@nightlatch/protocol/errors';
import { newHomeId } from '@nightlatch/protocol/ids';
import { addressOf, call, onSignedOut } from './client.ts';

const home = newHomeId((count) => new Uint8Array(count));

/** Answers every request of the test by `answer`. */
const answering = (
  t: { mock: { method: typeof test.mock.method } },
  answer: () => Response | Promise<Response>,
) => t.mock.method(globalThis, 'fetch', async () => answer());
const isError = (kind: string) => (error: unknown) => error instanceof NightlatchError && error.kind === kind;

test('parameters and query go into the address of the route', () => {
  assert.equal(
    addressOf('home-log.read', { params: { home }, query: { after: 3 } }),
    `/api/homes/${home}/log?after=3`,
  );
  assert.equal(addressOf('account.get'), '/api/account');
});

test('nothing of a parameter can change the path', () => {
  assert.equal(addressOf('cameras.list', { params: { home: '../x?y' } }), '/api/homes/..%2Fx%3Fy/cameras');
});

test('an answer that is not what the contract says is refused whole', async (t) => {
  answering(t, () => Response.json({ cameras: [{ camera: 'cam_1' }] }));
  await assert.rejects(call('cameras.list', { params: { home } }), isError('internal'));
});

test('an error keeps its kind and its words', async (t) => {
  answering(t, () =>
    Response.json({ error: { kind: 'not-found', message: 'Nothing here.' } }, { status: 404 }),
  );
  await assert.rejects(call('cameras.list', { params: { home } }), {
    kind: 'not-found',
    message: 'Nothing here.',
  });
});

test('a cloud that cannot be reached, or answers with a page of a proxy, is unavailable', async (t) => {
  answering(t, () => Promise.reject(new TypeError('network')));
  await assert.rejects(call('health.get'), isError('unavailable'));
  answering(t, () => new Response('<h1>Bad gateway</h1>', { status: 502 }));
  await assert.rejects(call('health.get'), isError('unavailable'));
});

test('an ended session is told to the app once for each answer', async (t) => {
  answering(t, () =>
    Response.json({ error: { kind: 'not-signed-in', message: 'Log in.' } }, { status: 401 }),
  );
  let told = 0;
  const stop = onSignedOut(() => {
    told += 1;
  });
  await assert.rejects(call('account.get'), isError('not-signed-in'));
  stop();
  await assert.rejects(call('account.get'), isError('not-signed-in'));
  assert.equal(told, 1);
});

const busy = (seconds: number) =>
  Response.json(
    { error: { kind: 'unavailable', message: 'Very many ask at once.' } },
    { status: 503, headers: { 'retry-after': `${seconds}` } },
  );
/** Lets time pass, a second at a time, until the call has come to its end. */
async function whileTimePasses<Answer>(
  t: { mock: { timers: { tick(milliseconds: number): void } } },
  asked: Promise<Answer>,
): Promise<Answer> {
  let over = false;
  const ended = asked.finally(() => {
    over = true;
  });
  ended.catch(() => undefined);
  while (!over) {
    await new Promise((resolve) => setImmediate(resolve));
    t.mock.timers.tick(1000);
  }
  return ended;
}

test('a read that the cloud is too busy for comes again by itself when the cloud says, a few times', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const answers = [busy(2), busy(1), Response.json({ status: 'ok' })];
  answering(t, () => answers.shift() ?? busy(1));
  assert.deepEqual(await whileTimePasses(t, call('health.get')), { status: 'ok' });

  let asked = 0;
  answering(t, () => {
    asked += 1;
    return busy(1);
  });
  await assert.rejects(whileTimePasses(t, call('health.get')), isError('unavailable'));
  assert.equal(asked, 4);
});

test('nothing is sent again that changes something, that would have to wait long, or that nobody waits for', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let asked = 0;
  const answer = (seconds: number) => () => {
    asked += 1;
    return busy(seconds);
  };
  answering(t, answer(1));
  await assert.rejects(call('logout'), isError('unavailable'));
  answering(t, answer(11));
  await assert.rejects(call('health.get'), isError('unavailable'));
  assert.equal(asked, 2);

  answering(t, answer(1));
  const left = new AbortController();
  const waiting = call('health.get', { signal: left.signal });
  await new Promise((resolve) => setImmediate(resolve));
  left.abort();
  await assert.rejects(waiting);
});
