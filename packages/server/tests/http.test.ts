import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { ErrorBody } from '@nightlatch/protocol/errors';
import { newHomeId, newSessionId } from '@nightlatch/protocol/ids';
import { routes } from '@nightlatch/protocol/routes';
import type { accountHandlers } from '../src/http/account-handlers.ts';
import { homeHandlers } from '../src/http/home-handlers.ts';
import { buildServer } from '../src/http/server.ts';
import { newBrowser, newCloud, randomText } from './support/cloud.ts';
import { logIn, newPerson, signUp } from './support/person.ts';

const web = await mkdtemp(path.join(tmpdir(), 'nightlatch-web-'));
await mkdir(path.join(web, 'assets'));
await writeFile(path.join(web, 'index.html'), '<!doctype html><title>Nightlatch</title>');
await writeFile(path.join(web, 'assets', 'app-1a2b3c4d.js'), 'export {};');
after(() => rm(web, { recursive: true, force: true }));

const cloud = await newCloud({ webDirectory: web });
const person = newPerson();
const browser = newBrowser(cloud);
await signUp(browser, person);
await logIn(browser, person);
const random = (count: number) => new Uint8Array(Buffer.from(randomText(count), 'base64url'));

const kindOf = (answer: { body: string }) => ErrorBody.parse(JSON.parse(answer.body)).error.kind;

test('a change from another origin, from none, or under another name is refused', async () => {
  const foreign = ['https://evil.example', 'null', 'http://localhost:1', 'http://localhost.evil.example:0'];
  for (const origin of foreign)
    assert.equal(kindOf(await browser.call('logout', { headers: { origin } })), 'wrong-origin', origin);
  const bare = await cloud.server.inject({
    method: 'POST',
    url: '/api/logout',
    headers: { host: 'localhost:0', cookie: browser.cookie ?? '' },
  });
  assert.equal(kindOf(bare), 'wrong-origin', 'no origin at all');
  const rebound = await browser.call('account.get', { headers: { host: 'rebound.example:0' } });
  assert.equal(kindOf(rebound), 'wrong-origin', 'DNS rebinding');
  assert.equal((await browser.call('account.get')).statusCode, 200, 'the session is still there');
});

test('a read that the browser says comes from another site is refused, the event stream too', async () => {
  for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }])
    for (const name of ['account.get', 'stream.open'] as const) {
      const answer = await browser.call(name, { params: { home: newHomeId(random) }, headers });
      assert.equal(kindOf(answer), 'wrong-origin', name);
    }
  const own = await browser.call('account.get', { headers: { 'sec-fetch-site': 'same-origin' } });
  assert.equal(own.statusCode, 200);
});

test('another spelling of a path passes no check by', async () => {
  const headers = { host: new URL(cloud.origin).host, 'sec-fetch-site': 'same-site' };
  for (const url of ['/api/account', '/%61pi/account', '/api/%61ccount', 'http://elsewhere/api/account']) {
    const answer = await cloud.server.inject({ url, headers });
    assert.equal(answer.statusCode, 403, url);
  }
});

test('behind a public address only that one is an origin', async () => {
  const behind = await newCloud({ publicUrl: new URL('https://cameras.example.org') });
  const visitor = newBrowser(behind);
  assert.equal((await signUp(visitor, newPerson())).finish.statusCode, 200);
  const answer = await visitor.call('signup.start', { headers: { origin: 'http://localhost:0' }, input: {} });
  assert.equal(kindOf(answer), 'wrong-origin');
  assert.match(String(answer.json().error.message), /cameras\.example\.org/);
  assert.equal((await visitor.call('health.get')).headers['strict-transport-security'], 'max-age=31536000');
});

test('input of another shape is refused with the path of each field', async () => {
  const answer = await browser.call('signup.start', { input: { email: 'no address', more: 1 } });
  assert.equal(answer.statusCode, 400);
  const { error } = ErrorBody.parse(answer.json());
  assert.deepEqual(
    error.fields?.map((field) => field.path),
    ['input.email', 'input.registrationRequest'],
  );
  const query = await browser.call('events.list', {
    params: { home: newHomeId(random) },
    query: { limit: '1000' },
  });
  assert.deepEqual(
    query.json().error.fields.map((field: { path: string }) => field.path),
    ['query.limit'],
  );
});

test('a message that is none of OPAQUE’s is refused as input', async () => {
  // By chance any other bytes may be a point of the group.
  const noPoint = (bytes: number): string => Buffer.alloc(bytes, 0xff).toString('base64url');
  const input = { email: 'a@example.org', startLoginRequest: noPoint(96) };
  assert.equal(kindOf(await browser.call('login.start', { input })), 'bad-input');
  const signup = { email: 'a@example.org', registrationRequest: noPoint(32) };
  assert.equal(kindOf(await browser.call('signup.start', { input: signup })), 'bad-input');
});

test('a body that is no JSON, of another type or too large is refused', async () => {
  const post = (payload: string, type: string) =>
    cloud.server.inject({
      method: 'POST',
      url: '/api/login/start',
      headers: { host: 'localhost:0', origin: cloud.origin, 'content-type': type },
      payload,
    });
  assert.equal(kindOf(await post('{', 'application/json')), 'bad-input');
  assert.equal(kindOf(await post('{"__proto__":{}}', 'application/json')), 'bad-input');
  assert.equal(kindOf(await post('email=a', 'application/x-www-form-urlencoded')), 'bad-input');
  assert.equal(kindOf(await post(JSON.stringify('x'.repeat(20_000)), 'application/json')), 'too-large');
});

test('an id that is none and an id of nothing are answered alike', async () => {
  const ids = ['home_1', 'sess_', `${newSessionId(random)}0`, newHomeId(random), newSessionId(random), '%00'];
  const looks = new Set<string>();
  for (const id of ids) {
    const answer = await browser.call('sessions.end', { params: { session: id } });
    looks.add(`${answer.statusCode} ${answer.body}`);
  }
  assert.equal(looks.size, 1);
  assert.match([...looks][0] ?? '', /^404 .*not-found/);
});

test('a stranger’s body is not read: without a session no route says more than that', async () => {
  const stranger = newBrowser(cloud);
  const answer = await stranger.call('homes.create', { input: { entry: 1 } });
  assert.equal(kindOf(answer), 'not-signed-in');
});

test('a cookie opens no agent’s route, a token no account’s, and both together nothing', async () => {
  const token = /=(.*)$/.exec(browser.cookie ?? '')?.[1] ?? '';
  const agent = newBrowser(cloud);
  const authorization = `Bearer ${token}`;
  const asAgent = await agent.call('agent.report', { headers: { authorization }, input: { cameras: [] } });
  assert.equal(kindOf(asAgent), 'not-signed-in');
  assert.equal(kindOf(await agent.call('account.get', { headers: { authorization } })), 'not-signed-in');
  assert.equal(kindOf(await browser.call('agent.report', { input: { cameras: [] } })), 'not-signed-in');
  assert.equal(kindOf(await browser.call('account.get', { headers: { authorization } })), 'bad-input');
});

test('two session cookies in one request are none', async () => {
  const cookie = `${browser.cookie}; nightlatch=${randomText(32)}`;
  assert.equal(kindOf(await browser.call('account.get', { headers: { cookie } })), 'not-signed-in');
});

test('what goes wrong inside is written down and not told', async () => {
  const broken = await newCloud({
    outside: {
      handlers: {
        'health.get': async () => {
          throw new Error('the secret detail');
        },
      },
    },
  });
  const answer = await newBrowser(broken).call('health.get');
  assert.equal(answer.statusCode, 500);
  assert.ok(!answer.body.includes('secret detail'));
  const id = /written down as ([0-9a-f-]{36})/.exec(answer.body)?.[1] ?? 'none';
  assert.ok(broken.logged.some((line) => line.includes('the secret detail') && line.includes(id)));
});

test('an answer of another shape than the contract’s never leaves', async () => {
  const wrong = (async () => ({ status: 'fine' })) as unknown as (typeof accountHandlers)['health.get'];
  const broken = await newCloud({ outside: { handlers: { 'health.get': wrong } } });
  assert.equal((await newBrowser(broken).call('health.get')).statusCode, 500);
});

test('a route without a handler stops the start', async () => {
  const without = { ...homeHandlers, 'objects.get': undefined };
  await assert.rejects(buildServer(cloud.cloud, without as never), /without a handler: objects\.get/);
});

test('a log tells nothing of whom or what: no cookie, no body, no address, no id', async () => {
  const secret = newPerson({ email: 'very-private@example.org' });
  const visitor = newBrowser(cloud);
  await signUp(visitor, secret);
  await logIn(visitor, secret);
  const home = newHomeId(random);
  await visitor.call('events.list', { params: { home }, remoteAddress: '203.0.113.77' });
  cloud.cloud.log.error({
    headers: { cookie: 'c1' },
    email: 'e1',
    input: { token: 't1' },
    ip: '203.0.113.77',
    url: `/x/${home}`,
  });
  const log = cloud.logged.join('');
  const token = /=(.*)$/.exec(visitor.cookie ?? '')?.[1] ?? 'none';
  for (const text of ['very-private', token, '203.0.113.77', home, '"c1"', '"e1"', '"t1"'])
    assert.ok(!log.includes(text), text);
  assert.ok(log.includes('GET /api/homes/:home/events'));
});

test('every answer has the headers that keep others out', async () => {
  for (const url of ['/', '/api/health', '/api/none', '/assets/app-1a2b3c4d.js']) {
    const { headers } = await cloud.server.inject({ url, headers: { host: 'localhost:0' } });
    const policy = String(headers['content-security-policy']);
    assert.match(policy, /default-src 'self'/);
    assert.match(policy, /script-src 'self' 'wasm-unsafe-eval'(;|$)/);
    assert.match(policy, /media-src 'self' blob:/);
    assert.doesNotMatch(policy, /https?:|unsafe-inline|'unsafe-eval'|\*/);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
    assert.equal(headers['strict-transport-security'], undefined, 'there is no TLS here');
  }
});

test('answers of the API are kept by no cache', async () => {
  for (const name of ['account.get', 'sessions.list', 'health.get'] as const)
    assert.equal((await browser.call(name)).headers['cache-control'], 'no-store', name);
  assert.equal((await newBrowser(cloud).call('account.get')).headers['cache-control'], 'no-store');
});

test('the web app is served, with its page for its own paths and not for the API’s', async () => {
  const get = (url: string) => cloud.server.inject({ url, headers: { host: 'localhost:0' } });
  for (const url of ['/', '/events', '/settings/sessions?x=1']) {
    const answer = await get(url);
    assert.equal(answer.statusCode, 200, url);
    assert.match(answer.body, /<title>Nightlatch/);
    assert.equal(answer.headers['cache-control'], 'no-cache');
  }
  const asset = await get('/assets/app-1a2b3c4d.js');
  assert.match(String(asset.headers['cache-control']), /immutable/);
  for (const url of ['/api/none', '/api/', '/assets/gone.js', '/favicon.png', '/..%2fpackage.json']) {
    const answer = await get(url);
    assert.equal(answer.statusCode, 404, url);
    assert.equal(kindOf(answer), 'not-found', url);
  }
});

test('the contract is served as OpenAPI 3.1 with every route, and as a page without scripts', async () => {
  const document = (await browser.call('api.document')).json();
  assert.equal(document.openapi, '3.1.0');
  for (const [name, route] of Object.entries(routes)) {
    const operation = document.paths[route.path.replace(/:([a-z]+)/g, '{$1}')]?.[route.method.toLowerCase()];
    assert.equal(operation?.operationId, name);
  }
  assert.doesNotMatch(JSON.stringify(document), /"\$ref":"#\/(?!components)/);
  const page = await browser.call('api.page');
  assert.match(String(page.headers['content-type']), /text\/html/);
  for (const route of Object.values(routes)) assert.ok(page.body.includes(route.path));
  assert.doesNotMatch(page.body, /<script|https?:\/\//);
});

test('health says whether the database answers', async () => {
  assert.deepEqual((await browser.call('health.get')).json(), { status: 'ok' });
});

test('over a socket: an address of its own, and requests under way end before it closes', async () => {
  const listening = await newCloud({
    outside: {
      handlers: {
        'health.get': async () => {
          entered.resolve();
          await release.promise;
          return { status: 'ok' };
        },
      },
    },
  });
  const entered = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const url = await listening.listen();
  const answer = new Promise<number | undefined>((resolve, reject) => {
    request(new URL('/api/health', `http://127.0.0.1:${url.port}`), (response) =>
      resolve(response.statusCode),
    )
      .on('error', reject)
      .end();
  });
  await entered.promise;
  const closing = listening[Symbol.asyncDispose]();
  release.resolve();
  assert.equal(await answer, 200);
  await closing;
});
