import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listenTo } from './support/rtsp-listener.ts';
import { type ProbedClip, probeClip } from './support/rtsp-probe.ts';
import { startRtspServer } from './support/rtsp-server.ts';

const FRAMES_PER_SECOND = 15;
const MOVES = { from: 10 * FRAMES_PER_SECOND, to: 14 * FRAMES_PER_SECOND };

/** From a real RTSP server to the clip of one event. */
async function recordEvent(options: Record<string, string>) {
  await using server = await startRtspServer({ ...options, moves: `${MOVES.from}-${MOVES.to}` });
  await using listener = listenTo({ kind: 'rtsp', url: server.url });
  await listener.state('watching');
  const { start, recording } = await listener.message('start');
  const { endedAt } = await listener.message('end');
  const thumbnails = listener.told.filter((message) => message.kind === 'thumbnail');
  return { start, endedAt, thumbnails, told: listener.told, clip: await probeClip(listener.clip(recording)) };
}

function assertWholeClip({ pictures }: ProbedClip) {
  assert.equal(pictures[0]?.keyFrame, true, 'starts with a key frame');
  assert.equal(pictures[0]?.seconds, 0, 'starts at 0');
  for (const [index, picture] of pictures.entries()) {
    const before = pictures[index - 1];
    // GStreamer's times wander by a frame under load; none may be lost or come twice.
    if (before) assert.ok(picture.seconds > before.seconds, `at ${picture.seconds} after ${before.seconds}`);
  }
  const last = pictures.at(-1)?.seconds ?? 0;
  assert.ok(Math.abs(pictures.length - last * FRAMES_PER_SECOND) < 8, `${pictures.length} in ${last} s`);
}

function assertRolls({ pictures }: ProbedClip) {
  const bright = pictures.filter((picture) => picture.brightest > 180);
  const first = bright[0]?.seconds ?? 0;
  const last = bright.at(-1)?.seconds ?? 0;
  assert.ok(first >= 4.6 && first <= 8, `the motion comes after ${first} s`);
  assert.ok(last - first >= 3.5 && last - first <= 4.5, `and lasts ${last - first} s`);
  const after = (pictures.at(-1)?.seconds ?? 0) - last;
  assert.ok(after >= 4.6 && after <= 7, `${after} s are kept after it`);
}

const isJpeg = (bytes: Uint8Array) => bytes[0] === 0xff && bytes[1] === 0xd8 && bytes.at(-1) === 0xd9;

describe('motion at an RTSP camera becomes an event', { concurrency: true }, () => {
  it('with B-frames and AAC: a clip with every picture in order, its sound copied, 5 s before and after', async () => {
    const event = await recordEvent({ codec: 'h264-b-frames', audio: 'aac' });
    assertWholeClip(event.clip);
    assertRolls(event.clip);
    assert.match(event.start.mediaType, /^video\/mp4; codecs="avc1\.4d[0-9a-f]{4},mp4a\.40\.2"$/);
    const length = event.clip.pictures.at(-1)?.seconds ?? 0;
    const { soundSeconds } = event.clip;
    assert.ok(
      soundSeconds && Math.abs(soundSeconds.frames - length * 46.875) < 30,
      JSON.stringify(soundSeconds),
    );
    assert.ok(Math.abs(event.endedAt - event.start.startedAt - length * 1000) < 200);
  });

  it('without B-frames and with PCMU: the sound is made AAC and lasts as long as the picture', async () => {
    const event = await recordEvent({ codec: 'h264', audio: 'pcmu' });
    assertWholeClip(event.clip);
    assertRolls(event.clip);
    assert.equal(event.start.hasAudio, true);
    const length = event.clip.pictures.at(-1)?.seconds ?? 0;
    const { soundSeconds } = event.clip;
    assert.ok(soundSeconds && Math.abs(soundSeconds.frames - (length * 8000) / 1024) < 8);
    assert.ok(
      soundSeconds.first < 0.5 && Math.abs(soundSeconds.last - length) < 0.7,
      JSON.stringify(soundSeconds),
    );
    assert.deepEqual(
      [event.start.widthPixels, event.start.heightPixels, event.clip.widthPixels, event.clip.heightPixels],
      [640, 360, 640, 360],
    );
    assert.ok(event.thumbnails.length >= 1 && event.thumbnails.length <= 2);
    for (const thumbnail of event.thumbnails) assert.ok(isJpeg(thumbnail.jpeg));
  });
});
