import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLiveHeader } from '@nightlatch/vault/live-records';
import { filled, recordingMessages } from './support/fake-camera.ts';
import { newLiveViewer } from './support/live-viewer.ts';
import { startNarrowProxy } from './support/narrow-proxy.ts';
import { startStubCloud } from './support/stub-cloud.ts';
import { pairTestAgent, startTestAgent, temporaryDirectory, viewerOf } from './support/test-agent.ts';
import { until } from './support/until.ts';

const NEVER = Number.POSITIVE_INFINITY;
const PICTURE_MILLISECONDS = 20;
const KEY_FRAME_EVERY = 20;
/** The camera needs five times as much. */
const NARROW_BYTES_PER_SECOND = 40_000;

test('on a narrow uplink live view falls to key frames, for an event sooner; the event gets through, and then every picture again', async (t) => {
  const directory = await temporaryDirectory(t);
  const cloud = await startStubCloud(t);
  const proxy = await startNarrowProxy(t, cloud.url);
  const limits = {
    bytesMax: NEVER,
    lagMillisecondsMax: 200,
    lagBesideEventsMillisecondsMax: 200,
    keyFrameBytesMax: NEVER,
    keyFrameLagMillisecondsMax: 1000,
  };
  const agent = await startTestAgent(proxy, directory, {}, { throttleLimits: limits });
  const of = await viewerOf(cloud, await pairTestAgent(cloud, agent));
  const camera = await agent.camera();
  const link = await until('the link', () => cloud.links.at(-1));
  const viewer = await newLiveViewer(of);
  link.order(viewer.order);
  const take = await until('the camera to be asked', () => camera.take);
  const tracks = {
    mediaType: 'video/mp4; codecs="avc1.64001f"',
    widthPixels: 640,
    heightPixels: 360,
    hasAudio: false,
  };
  camera.tellLive({ kind: 'start', take, tracks, init: filled(700, 255) });
  let told = 0;
  const timer = setInterval(() => {
    const keyFrame = told++ % KEY_FRAME_EVERY === 0;
    camera.tellLive({
      kind: 'fragment',
      take,
      bytes: filled(keyFrame ? 10_000 : 4000, told & 255),
      keyFrame,
    });
  }, PICTURE_MILLISECONDS);
  t.after(() => clearInterval(timer));

  const headers = () => link.records.map(parseLiveHeader);
  /** Records that come after a number was left out. */
  const afterHoles = (from = 0) =>
    headers().filter((one, at, all) => at > from && one.sequence !== (all[at - 1]?.sequence ?? 0) + 1);
  const everyPicture = async (count: number) => {
    proxy.bytesPerSecond = null;
    const from = told;
    await until('every picture again', () => {
      const last = headers().slice(-count);
      const [first, newest] = [last[0]?.sequence ?? 0, last.at(-1)?.sequence ?? 0];
      return first > from && newest - first === count - 1;
    });
  };
  await everyPicture(KEY_FRAME_EVERY);
  assert.deepEqual(afterHoles(), []);

  proxy.bytesPerSecond = NARROW_BYTES_PER_SECOND;
  await until('two holes', () => afterHoles().length >= 2);
  await everyPicture(KEY_FRAME_EVERY);

  // From here on only what is beside an event has to make way: without one, no lag is too much.
  limits.lagMillisecondsMax = NEVER;
  limits.keyFrameLagMillisecondsMax = NEVER;
  const before = link.records.length;
  proxy.bytesPerSecond = NARROW_BYTES_PER_SECOND;
  const recorded = { startedAt: 1_000_000, seconds: 3, fragmentBytes: 15_000 };
  for (const message of recordingMessages(camera.camera, 1, recorded)) await camera.tell(message);
  await until('the event', () => cloud.completed.length === 1);
  await everyPicture(KEY_FRAME_EVERY);
  assert.notEqual(afterHoles(before).length, 0);

  assert.ok(
    afterHoles().every((one) => one.keyFrame),
    'after a hole it goes on with a key frame',
  );
  const sent = headers().map((one) => one.sequence);
  const seen = await viewer.see(link);
  assert.deepEqual(seen?.sequences.slice(0, sent.length), sent, 'the viewer opens every one of them');
});
