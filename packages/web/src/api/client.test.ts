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
