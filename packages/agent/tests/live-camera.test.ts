import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LiveMessage } from '../src/recorder/live-feed.ts';
import { listenTo } from './support/rtsp-listener.ts';
import { probeClip } from './support/rtsp-probe.ts';
import { startRtspServer } from './support/rtsp-server.ts';

type Listener = ReturnType<typeof listenTo>;

const ofTake = (take: number) => (message: LiveMessage) => message.take === take;
const count = (live: LiveMessage[], take: number): number =>
  live.filter((message) => message.take === take && message.kind === 'fragment').length;
const fileOf = (live: LiveMessage[]): Buffer =>
  Buffer.concat(
    live.flatMap((one) => (one.kind === 'start' ? [one.init] : one.kind === 'fragment' ? [one.bytes] : [])),
  );

/** What is told under this number, once so many fragments of it are there. */
async function watched(listener: Listener, take: number, fragments: number): Promise<LiveMessage[]> {
  listener.camera.setLive(take);
  await listener.until(`${fragments} fragments`, () => count(listener.live, take) >= fragments || undefined);
  return listener.live.filter(ofTake(take));
}

describe('a camera that is watched', { concurrency: true }, () => {
  it('with B-frames and sound: begins with its last key frame, then one fragment a picture, in order, until nobody watches', async () => {
    await using server = await startRtspServer({ codec: 'h264-b-frames', audio: 'aac', moves: '0-9999' });
    await using listener = listenTo({ kind: 'rtsp', url: server.url });
    await listener.state('watching');
    const first = await watched(listener, 1, 100);
    assert.ok(first[0]?.kind === 'start' && first[1]?.kind === 'fragment' && first[1].keyFrame);
    assert.match(first[0].tracks.mediaType, /^video\/mp4; codecs="avc1\.4d[0-9a-f]{4},mp4a\.40\.2"$/);
    const second = await watched(listener, 2, 60);
    assert.ok(second[0]?.kind === 'start' && second[1]?.kind === 'fragment' && second[1].keyFrame);
    listener.camera.setLive(null);
    for (const messages of [first, second]) {
      const { pictures, soundSeconds, widthPixels } = await probeClip(fileOf(messages));
      assert.ok(pictures.length >= 5 && widthPixels === 640 && pictures[0]?.keyFrame === true);
      for (const [index, picture] of pictures.entries())
        assert.ok(picture.seconds > (pictures[index - 1]?.seconds ?? -1), `${index}: ${picture.seconds}`);
      assert.ok(soundSeconds !== null && Math.abs(soundSeconds.last - (pictures.at(-1)?.seconds ?? 0)) < 3);
    }
    // One picture a fragment: FFmpeg finds no more pictures than there are fragments of pictures.
    const { pictures } = await probeClip(fileOf(second));
    const ofPictures = second.filter(
      (one) =>
        one.kind === 'fragment' && Buffer.from(one.bytes).indexOf(Buffer.from([0, 2, 0, 0, 0, 0, 0, 1])) > 0,
    );
    assert.ok(pictures.length <= ofPictures.length && pictures.length >= ofPictures.length - 4);
  });

  it('says that there is no picture when it goes away, and begins anew when it is back', async () => {
    const server = await startRtspServer();
    await using listener = listenTo({ kind: 'rtsp', url: server.url });
    listener.camera.setLive(1);
    await listener.until('a picture', () => count(listener.live, 1) > 0 || undefined);
    await server.stop();
    await listener.until('the end', () => listener.live.at(-1)?.kind === 'end' || undefined);
    const before = listener.live.length;
    await using back = await startRtspServer({ port: server.port });
    assert.equal(back.port, server.port);
    await listener.until(
      'a new start',
      () => listener.live.slice(before).some((one) => one.kind === 'start') || undefined,
    );
    process.kill(listener.camera.processId ?? 0, 'SIGKILL');
    const dead = listener.live.length;
    await listener.until(
      'the end',
      () => listener.live.slice(dead).some((one) => one.kind === 'end') || undefined,
    );
    await listener.until(
      'a new start',
      () => listener.live.slice(dead).some((one) => one.kind === 'start') || undefined,
    );
  });
});
