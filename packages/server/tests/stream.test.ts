import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NightlatchError } from '@nightlatch/protocol/errors';
import { StreamMessage } from '@nightlatch/protocol/events';
import { composeMedia } from '../src/media.ts';
import type { Browser } from './support/cloud.ts';
import { type ListeningCloud, newListeningCloud } from './support/listening.ts';
import { newSide } from './support/side.ts';

const cloud = await newListeningCloud();
const side = await newSide(cloud);
const { home } = side.household;

interface OpenStream {
  readonly status: number;
  readonly headers: Headers;
  /** The next message; undefined when the stream has ended. */
  next(): Promise<StreamMessage | undefined>;
  close(): Promise<void>;
}

async function open(at: ListeningCloud, browser: Browser, of: string): Promise<OpenStream> {
  const response = await fetch(new URL(`/api/homes/${of}/stream`, at.url), {
    headers: { cookie: browser.cookie ?? '' },
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  assert.ok(reader !== undefined);
  let buffer = '';
  return {
    status: response.status,
    headers: response.headers,
    next: async () => {
      while (true) {
        const end = buffer.indexOf('\n\n');
        if (end < 0) {
          const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
          if (done) return undefined;
          buffer += value;
          continue;
        }
        const line = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        if (line.startsWith('data: ')) return StreamMessage.parse(JSON.parse(line.slice(6)));
      }
    },
    close: () => reader.cancel().catch(() => {}),
  };
}
const openOwn = () => open(cloud, side.household.browser, home);

test('an open page hears of an event, of cameras and of the log, and never of another home', async () => {
  const stranger = await newSide(cloud);
  const stream = await openOwn();
  assert.equal(stream.headers.get('content-type'), 'text/event-stream');
  assert.equal(stream.headers.get('cache-control'), 'private, no-store');
  assert.deepEqual(await stream.next(), { kind: 'ready' });

  const foreign = await stranger.agent.record(stranger.household);
  await stranger.agent.deliver(foreign);
  const event = await side.agent.record(side.household);
  await side.agent.putEvent(event, [event.metadata.manifest]);
  assert.deepEqual(await stream.next(), { kind: 'event', event: event.event, camera: side.agent.camera });
  await side.agent.send(event.metadata);
  assert.deepEqual(await stream.next(), { kind: 'event', event: event.event, camera: side.agent.camera });

  const state = { state: 'offline', since: 9, reason: 'password-refused' };
  await side.agent.call('agent.report', {
    input: { cameras: [{ camera: side.agent.camera, source: 'rtsp', state }] },
  });
  assert.deepEqual(await stream.next(), { kind: 'cameras' });
  await side.household.append({
    kind: 'name-camera',
    camera: side.agent.camera,
    epoch: 1,
    sealedName: 'A'.repeat(80),
  });
  assert.deepEqual(await stream.next(), { kind: 'log' });
  await stream.close();
});

test('a stream ends at once when its session is ended', async () => {
  const side = await newSide(cloud);
  const stream = await open(cloud, side.household.browser, side.household.home);
  assert.deepEqual(await stream.next(), { kind: 'ready' });
  await side.household.browser.call('logout');
  assert.equal(await stream.next(), undefined);
});

test('a stream ends at once when the membership has ended', async () => {
  const side = await newSide(cloud);
  const stream = await open(cloud, side.household.browser, side.household.home);
  assert.deepEqual(await stream.next(), { kind: 'ready' });
  await cloud.owner`update memberships set validity = tstzrange(lower(validity), now())
    where home_id = ${side.household.home}`;
  assert.equal(await stream.next(), undefined);
});

test('the gate is asked before every message: when it cannot answer, the message is not sent and the stream ends', async () => {
  let dead = false;
  const one = await newListeningCloud({
    outside: {
      media: (foundation) =>
        composeMedia(foundation, {
          gate: {
            database: {
              ask: (scope, statement, parameters) =>
                dead && statement.name === 'gate-member'
                  ? Promise.reject(new NightlatchError('unavailable', 'no answer'))
                  : foundation.database.ask(scope, statement, parameters),
            },
          },
        }),
    },
  });
  const family = await newSide(one);
  const stream = await open(one, family.household.browser, family.household.home);
  assert.deepEqual(await stream.next(), { kind: 'ready' });
  dead = true;
  const event = await family.agent.record(family.household);
  await family.agent.putEvent(event, [event.metadata.manifest]);
  assert.equal(await stream.next(), undefined);
});

test('the gate is asked at every heartbeat, also when nothing happens', async () => {
  const one = await newListeningCloud({
    outside: {
      media: (foundation) => composeMedia(foundation, { egress: { streams: { heartbeatMilliseconds: 20 } } }),
    },
  });
  const family = await newSide(one);
  const stream = await open(one, family.household.browser, family.household.home);
  assert.deepEqual(await stream.next(), { kind: 'ready' });
  // No trigger tells of a session that runs out.
  await one.owner`update sessions set started_at = now() - interval '2 s', last_seen_at = now() - interval '2 s',
    expires_at = now() - interval '1 s'`;
  assert.equal(await stream.next(), undefined);
});

test('an account has only so many streams, and a closed one makes room', async () => {
  const one = await newListeningCloud({
    outside: {
      media: (foundation) => composeMedia(foundation, { egress: { streams: { streamsPerAccountMax: 2 } } }),
    },
  });
  const family = await newSide(one);
  const openOne = () => open(one, family.household.browser, family.household.home);
  const [first, second] = [await openOne(), await openOne()];
  assert.equal((await openOne()).status, 429);
  await first.close();
  let status = 429;
  while (status === 429) {
    const third = await openOne();
    status = third.status;
    if (status === 200) assert.deepEqual(await third.next(), { kind: 'ready' });
  }
  assert.equal(status, 200);
  await second.close();
});
