import assert from 'node:assert/strict';
import { it } from 'node:test';
import { listenTo } from './support/rtsp-listener.ts';
import { probeClip } from './support/rtsp-probe.ts';

it('a process killed in the middle of a recording: what was told stays playable, the end is told, and it starts again', async () => {
  await using listener = listenTo({ kind: 'demo', seed: 3 });
  const { recording, start } = await listener.message('start');
  assert.equal(start.hasAudio, true);
  await listener.message('thumbnail');
  const { processId } = listener.camera;
  assert.ok(processId);
  process.kill(processId, 'SIGKILL');

  const end = await listener.message('end');
  assert.equal(end.recording, recording);
  assert.ok(end.endedAt > start.startedAt);
  await listener.state('offline', 'internal');
  const clip = await probeClip(listener.clip(recording));
  assert.ok(clip.pictures.length > 60);
  assert.deepEqual(clip.pictures[0], { ...clip.pictures[0], seconds: 0, keyFrame: true });
  assert.ok(clip.soundSeconds && clip.soundSeconds.frames > 60);

  const seen = listener.told.length;
  await listener.state('watching', null, seen);
  const again = await listener.message('start', seen);
  assert.equal(again.recording, recording + 1);
});
