import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCamera } from '../src/camera/supervisor.ts';
import { newLiveViewer } from './support/live-viewer.ts';
import { probeClip } from './support/rtsp-probe.ts';
import { startRtspServer } from './support/rtsp-server.ts';
import { startStubCloud } from './support/stub-cloud.ts';
import { pairRealAgent, startTestAgent, temporaryDirectory, viewerOf } from './support/test-agent.ts';
import { until } from './support/until.ts';

test('from a real camera to the pixels of two viewers who share one upload, which ends with the last of them', async (t) => {
  await using server = await startRtspServer({ codec: 'h264-b-frames', audio: 'pcmu', moves: '0-9999' });
  const directory = await temporaryDirectory(t);
  const cloud = await startStubCloud(t);
  const agent = await startTestAgent(
    cloud,
    directory,
    { demo: false, cameraUrl: server.url },
    { startCamera },
  );
  const of = await viewerOf(cloud, await pairRealAgent(cloud, agent));
  const link = await until('the link', () => cloud.links[0]);
  assert.equal(link.records.length, 0);
  const [first, second] = [await newLiveViewer(of), await newLiveViewer(of)];
  link.order(first.order);
  await until('the first grant', () => first.see(link));
  link.order(second.order);
  await until('the second grant', () => second.see(link));
  await until('two seconds', () => link.records.length > 80);
  for (const viewer of [first, second]) {
    const seen = await viewer.see(link);
    assert.ok(seen?.tracks?.hasAudio === true && seen.tracks.widthPixels === 640);
    assert.deepEqual(seen.sequences, [...seen.sequences.keys()], 'from the beginning, without a hole');
    assert.equal(seen.keyFrames[0], 1);
    const { pictures, soundSeconds } = await probeClip(seen.file);
    assert.ok(pictures.length > 20 && pictures[0]?.keyFrame === true && soundSeconds !== null);
    assert.ok(
      pictures.some((picture) => picture.brightest > 180),
      'the ball is on the screen',
    );
  }
  assert.equal(new Set(link.news.map((one) => one.kind === 'grant' && one.broadcast)).size, 1);

  link.order({ kind: 'leave', watch: first.watch, reason: 'left' });
  const one = link.records.length;
  await until('more for the other', () => link.records.length > one + 5);
  link.order({ kind: 'leave', watch: second.watch, reason: 'left' });
  // The first broadcast has ended with them: who comes next begins another, from its beginning.
  const third = await newLiveViewer(of);
  link.order(third.order);
  const seen = await until('the third', async () => {
    const now = await third.see(link);
    return now !== null && now.sequences.length > 3 && now;
  });
  assert.deepEqual(seen.sequences.slice(0, 2), [0, 1]);
  assert.notEqual(seen.broadcast, (await first.see(link))?.broadcast);
});
