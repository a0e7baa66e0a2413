import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openCameraSettings } from '../settings/cameras.ts';
import { type PageParts, startPage } from './page.ts';
import type { PageStatus } from './views.ts';

const random = (count: number) => new Uint8Array(randomBytes(count));
const spool = {
  usedBytes: 5_000_000,
  limitBytes: 10_000_000_000,
  waitingEvents: 2,
  setAsideEvents: 0,
  gaps: 0,
  full: null,
};

async function startTestPage(t: TestContext, more: Partial<PageParts> = {}) {
  const path = await mkdtemp(join(tmpdir(), 'nightlatch-page-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  const settings = await openCameraSettings(path, random);
  const status = async (): Promise<PageStatus> => ({
    serverUrl: 'https://cloud.example',
    pairing: {
      state: 'waiting',
      code: 'ABCD-EFGH-JKMN-PQRS-TVWX',
      expiresAt: 1_700_000_000_000,
      refused: null,
    },
    qrSvg: '<svg></svg>',
    problems: [],
    cameras: settings
      .list()
      .map((setting) => ({ setting, state: { state: 'watching', since: 1_700_000_000_000, reason: null } })),
    spool,
  });
  const page = await startPage({ settings, status, onChange: async () => {}, random, ...more }, 0);
  t.after(page.close);
  return { settings, port: Number(new URL(page.url).port) };
}

/** `fetch` does not let one set the host. */
function ask(
  port: number,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body = '',
): Promise<{ status: number; text: string; headers: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          text: Buffer.concat(parts).toString(),
          headers: response.headers,
        }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const form = (port: number, values: Record<string, string>, origin = `http://localhost:${port}`) => ({
  headers: { host: `localhost:${port}`, origin, 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams(values).toString(),
});
const camera = { url: 'rtsp://10.0.0.7/one', user: 'maria', password: 's3cret-word' };

async function csrfOf(port: number): Promise<string> {
  const { text } = await ask(port, 'GET', '/cameras/new');
  return /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
}

test('the page answers only under its own names, so that no other site can be it (DNS rebinding)', async (t) => {
  const { port } = await startTestPage(t);
  for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`]) {
    assert.equal((await ask(port, 'GET', '/', { host })).status, 200, host);
  }
  for (const host of ['evil.example', `evil.example:${port}`, 'localhost', `localhost:${port + 1}`]) {
    const answer = await ask(port, 'GET', '/', { host });
    assert.equal(answer.status, 421, host);
    assert.ok(!answer.text.includes('ABCD'), host);
  }
});

test('without the host guard another name would be answered: it is that guard that refuses', async (t) => {
  const { port } = await startTestPage(t, { guards: { host: () => true, origin: () => true } });
  assert.equal((await ask(port, 'GET', '/', { host: 'evil.example' })).status, 200);
});

test('a form of another origin, of none, or without its token changes nothing', async (t) => {
  const { port, settings } = await startTestPage(t);
  const csrf = await csrfOf(port);
  for (const origin of [
    'http://evil.example',
    'null',
    `https://localhost:${port}`,
    `http://127.0.0.1:${port}`,
  ]) {
    const { headers, body } = form(port, { csrf, ...camera }, origin);
    assert.equal((await ask(port, 'POST', '/cameras', headers, body)).status, 403, origin);
  }
  const { origin: _, ...withoutOrigin } = form(port, {}).headers;
  const given = new URLSearchParams({ csrf, ...camera }).toString();
  assert.equal((await ask(port, 'POST', '/cameras', withoutOrigin, given)).status, 403);
  for (const token of ['', 'x', csrf.slice(1)]) {
    const { headers, body } = form(port, { csrf: token, ...camera });
    assert.equal((await ask(port, 'POST', '/cameras', headers, body)).status, 403);
  }
  assert.equal(settings.list().length, 0);
});

test('without the origin guard the token alone stands between another site and this agent', async (t) => {
  const { port } = await startTestPage(t, { guards: { host: () => true, origin: () => true } });
  const { headers, body } = form(port, { csrf: await csrfOf(port), ...camera }, 'http://evil.example');
  assert.equal((await ask(port, 'POST', '/cameras', headers, body)).status, 303);
});

test('a camera is added, changed and removed, and its password is never shown again', async (t) => {
  const { port, settings } = await startTestPage(t);
  const csrf = await csrfOf(port);
  const post = (path: string, values: Record<string, string>) => {
    const { headers, body } = form(port, { csrf, ...values });
    return ask(port, 'POST', path, headers, body);
  };
  assert.equal((await post('/cameras', camera)).status, 303);
  const [added] = settings.list();
  assert.ok(added?.source === 'rtsp' && added.password === 's3cret-word');
  for (const path of ['/', '/status', `/cameras/${added.camera}`]) {
    const { text } = await ask(port, 'GET', path);
    assert.ok(text.includes('10.0.0.7') && !text.includes('s3cret-word'), path);
  }
  await post(`/cameras/${added.camera}`, { ...camera, user: 'otto', password: '' });
  const [changed] = settings.list();
  assert.ok(changed?.source === 'rtsp' && changed.user === 'otto' && changed.password === 's3cret-word');
  const refused = await post('/cameras', { ...camera, url: 'http://me:s3cret-word@10.0.0.7/' });
  assert.equal(refused.status, 422);
  assert.ok(!refused.text.includes('s3cret-word'));
  assert.equal((await post(`/cameras/${added.camera}/remove`, {})).status, 303);
  assert.equal(settings.list().length, 0);
});

test('what was typed is text on the page and never markup', async (t) => {
  const { port } = await startTestPage(t);
  const { headers, body } = form(port, {
    csrf: await csrfOf(port),
    ...camera,
    url: 'x',
    user: '"><script>1</script>',
  });
  const { text, headers: answered } = await ask(port, 'POST', '/cameras', headers, body);
  assert.ok(text.includes('&quot;&gt;&lt;script&gt;') && !text.includes('<script>1'));
  assert.match(String(answered['content-security-policy']), /default-src 'none'/);
});
