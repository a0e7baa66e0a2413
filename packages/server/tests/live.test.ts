import assert from 'node:assert/strict';
import { test } from 'node:test';
import { composeMedia } from '../src/media.ts';
import { newListeningCloud } from './support/listening.ts';
import { connectSocket, newUpload, openLink, openViewer } from './support/live.ts';
import { newLiveRoad } from './support/live-road.ts';
import { newSide } from './support/side.ts';

const cloud = await newListeningCloud();
const text = (words: string) => new TextEncoder().encode(words);
const words = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

test('a viewer is granted the picture and opens every record; a second one joins at the last key frame', async () => {
  const side = await newSide(cloud);
  const road = await newLiveRoad(cloud, side);
  await road.send(true, 'key 1');
  await road.send(false, 'picture 2');
  for (const expected of ['key 1', 'picture 2'])
    assert.equal(words((await road.viewer.record(road.opener)).plaintext), expected);
  await road.send(true, 'key 3');
  await road.send(false, 'picture 4');

  const { order, viewer: second, opener } = await road.join();
  for (const expected of ['key 3', 'picture 4'])
    assert.equal(words((await second.record(opener)).plaintext), expected);
  await road.send(false, 'picture 5');
  assert.equal(words((await second.record(opener)).plaintext), 'picture 5');

  // One leaves, one stays; the agent is told of each.
  second.socket.close();
  assert.deepEqual(await road.link.order('leave'), { kind: 'leave', watch: order.watch, reason: 'left' });
  for (const expected of ['key 3', 'picture 4', 'picture 5'])
    assert.equal(words((await road.viewer.record(road.opener)).plaintext), expected);
  road.viewer.socket.close();
  assert.equal((await road.link.order('leave')).watch, road.watch);
});

test('who was shown what, from when to when and how many bytes, stands in the ledger', async () => {
  const side = await newSide(cloud);
  const road = await newLiveRoad(cloud, side);
  await road.send(true, 'key 1');
  await road.viewer.record(road.opener);
  road.viewer.socket.close();
  await road.link.order('leave');
  const { home, unlocked } = side.household;
  let rows: { bytes: string; from_at: Date; to_at: Date; camera_id: string; account_id: string }[] = [];
  while (rows.length === 0)
    rows = await cloud.owner`select s.bytes, s.from_at, s.to_at, d.camera_id, d.account_id, d.session_id
      from deliveries d join live_spans s using (home_id, delivery_id) where d.home_id = ${home} and d.what = 'live'`;
  const [row, more] = rows;
  assert.ok(row !== undefined && more === undefined);
  assert.equal(Number(row.bytes), road.viewer.bytes.binary);
  assert.equal(row.camera_id, side.agent.camera);
  assert.equal(row.account_id, unlocked.account);
  assert.ok(row.from_at <= row.to_at);
});

test('a new broadcast of the agent moves its viewer to it, and its old records go nowhere', async () => {
  const side = await newSide(cloud);
  const road = await newLiveRoad(cloud, side);
  const next = await newUpload(side.household, side.agent);
  road.link.answer(road.watch, next, await next.grant(road.order));
  await road.send(true, 'of the old one');
  road.link.send(await next.seal('init', false, text('init')));
  const opener = await road.viewer.granted();
  assert.equal((await road.viewer.record(opener)).kind, 'init');
  road.link.send(await next.seal('fragment', true, text('new')));
  assert.equal(words((await road.viewer.record(opener)).plaintext), 'new');
});

test('without a link, or with one that ends, the viewer is told that the agent is away', async () => {
  const side = await newSide(cloud);
  const alone = await openViewer(cloud, side);
  assert.deepEqual(await alone.news(), { kind: 'trouble', reason: 'agent-offline' });
  assert.equal(await alone.closed, 4503);
  const written =
    await cloud.owner`select 1 from deliveries where home_id = ${side.household.home} and what = 'live'`;
  assert.equal(written.length, 0, 'nothing was handed out, and nothing is written down');

  const road = await newLiveRoad(cloud, side);
  road.link.socket.terminate();
  assert.deepEqual(await road.viewer.news(), { kind: 'trouble', reason: 'agent-offline' });
  assert.equal(await road.viewer.closed, 4503);
});

test('while the camera is away the watch stays; what is refused ends it', async () => {
  const side = await newSide(cloud);
  const road = await newLiveRoad(cloud, side);
  road.link.trouble(road.watch, 'camera-offline');
  assert.deepEqual(await road.viewer.news(), { kind: 'trouble', reason: 'camera-offline' });
  const next = await newUpload(side.household, side.agent);
  road.link.answer(road.watch, next, await next.grant(road.order));
  await road.viewer.granted();
  road.link.trouble(road.watch, 'refused');
  assert.deepEqual(await road.viewer.news(), { kind: 'trouble', reason: 'refused' });
  assert.equal(await road.viewer.closed, 4403);
});

test('a newer link of an agent takes over from the older one', async () => {
  const side = await newSide(cloud);
  const older = await openLink(cloud, side.agent);
  const road = await newLiveRoad(cloud, side);
  assert.equal(await older.closed, 4409);
  await road.send(true, 'key');
  assert.equal(words((await road.viewer.record(road.opener)).plaintext), 'key');
});

test('what makes no sense closes the socket, on either side', async () => {
  const side = await newSide(cloud);
  const link = await openLink(cloud, side.agent);
  for (const first of [
    'no JSON',
    '{"kind":"watch"}',
    Buffer.from('binary'),
    '{"kind":"watch","request":"a.b.c"}',
  ]) {
    const viewer = await openViewer(cloud, side, { first });
    assert.equal(await viewer.closed, 4400, String(first));
  }
  const large = await openViewer(cloud, side, { first: 'x'.repeat(9000) });
  assert.equal(await large.closed, 1009);
  for (const nonsense of ['no JSON', '{"kind":"watch"}', Buffer.from('not a record')]) {
    const other = await openLink(cloud, side.agent);
    other.socket.send(nonsense);
    assert.equal(await other.closed, 4400, String(nonsense));
  }
  assert.equal(await link.closed, 4409);
});

test('a request in the name of somebody else does not reach the agent', async () => {
  const [side, other] = [await newSide(cloud), await newSide(cloud)];
  const link = await openLink(cloud, side.agent);
  const viewer = await openViewer(cloud, side, { cookie: side.household.browser.cookie });
  const { request } = await link.order('watch');
  viewer.socket.close();
  await link.order('leave');
  // The victim's own request, in the session of another account at its own home.
  await openLink(cloud, other.agent);
  const thief = await openViewer(cloud, other, { first: JSON.stringify({ kind: 'watch', request }) });
  assert.equal(await thief.closed, 4400);
});

test('a foreign page gets no socket, and a plain request none either', async () => {
  const side = await newSide(cloud);
  const url = new URL(`/api/homes/${side.household.home}/cameras/${side.agent.camera}/live`, cloud.url);
  const cookie = side.household.browser.cookie ?? '';
  const foreign = await connectSocket(url, { cookie, origin: 'https://elsewhere.example' });
  assert.ok('status' in foreign);
  assert.equal(foreign.status, 403);
  const plain = await fetch(url, { headers: { cookie } });
  assert.equal(plain.status, 400);
  // An upgrade of what is no socket is answered like any other request.
  const page = await connectSocket(new URL('/api/health', cloud.url), {});
  assert.ok('status' in page);
  assert.equal(page.status, 200);
});

test('a viewer who does not read keeps nobody waiting, and goes on at a key frame', async () => {
  const narrow = await newListeningCloud({
    outside: {
      media: (foundation) => composeMedia(foundation, { egress: { live: { waitingBytesMax: 64 * 1024 } } }),
    },
  });
  const side = await newSide(narrow);
  const road = await newLiveRoad(narrow, side);
  const { viewer: slow, opener } = await road.join();
  slow.socket.pause();
  const large = 'x'.repeat(100_000);
  for (let index = 0; index < 300; index++) {
    await road.send(index % 10 === 0, `${index} ${large}`);
    const { plaintext } = await road.viewer.record(road.opener);
    assert.ok(words(plaintext).startsWith(`${index} `));
  }
  slow.socket.resume();
  let done = false;
  const goOn = async (): Promise<void> => {
    while (!done) {
      await road.send(true, 'last');
      await road.viewer.record(road.opener);
    }
  };
  const going = goOn();
  // What is on its way arrives; behind the hole stands a key frame.
  let [newest, holes] = [0, 0];
  while (!done) {
    const record = await slow.record(opener);
    if (record.sequence !== newest + 1) {
      holes += 1;
      assert.ok(record.keyFrame, `the first picture behind a hole, ${record.sequence}`);
    }
    newest = record.sequence;
    done = words(record.plaintext) === 'last';
  }
  await going;
  assert.ok(holes > 0, 'pictures were left out');
  assert.ok(slow.bytes.binary < road.viewer.bytes.binary);
});

test('an agent hears at once that the home log has grown', async () => {
  const side = await newSide(cloud);
  const link = await openLink(cloud, side.agent);
  await side.household.append({
    ...{ kind: 'name-camera', camera: side.agent.camera, epoch: 1, sealedName: 'A'.repeat(80) },
  });
  await link.order('log');
});

test('a server that stops ends live pictures and writes them down', async () => {
  const own = await newListeningCloud();
  const side = await newSide(own);
  const road = await newLiveRoad(own, side);
  await road.send(true, 'key');
  await road.viewer.record(road.opener);
  const stopped = own.server.close();
  assert.equal(await road.viewer.closed, 4503);
  assert.equal(await road.link.closed, 4503);
  await stopped;
  await own.cloud.egress.endLive();
  const [row] = await own.owner`select bytes from live_spans where home_id = ${side.household.home}`;
  assert.equal(Number(row?.bytes), road.viewer.bytes.binary);
});
