import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newCameraId } from '@nightlatch/protocol/ids';
import type { MediaPacket } from './packets.ts';
import { RECORDER_PARAMETERS, type RecorderParameters } from './parameters.ts';
import { createRecorder } from './recorder.ts';
import type { RecordingMessage } from './recording.ts';

const FRAMES_PER_SECOND = 10;
const EPOCH_MILLISECONDS = 1_700_000_000_000;
const SETS = [0, 0, 0, 1, 0x67, 0x64, 0, 0x1f, 0xac, 0, 0, 0, 1, 0x68, 0xee, 0x3c, 0x80];
const OTHER_SETS = [0, 0, 0, 1, 0x67, 0x4d, 0, 0x1f, 0xac, 0, 0, 0, 1, 0x68, 0xee, 0x3c, 0x80];

interface Play {
  seconds: number;
  /** Where something moves, and how much. */
  motion: (seconds: number) => number;
  parameters?: Partial<RecorderParameters>;
  keyFrameEverySeconds?: number;
  sets?: (seconds: number) => number[];
  at?: (seconds: number, recorder: ReturnType<typeof createRecorder>) => void;
}

/** Plays a camera of ten frames a second and returns what the recorder told, with the time at which it did. */
function play({ seconds, motion, parameters = {}, keyFrameEverySeconds = 2, sets = () => SETS, at }: Play) {
  const told: (RecordingMessage & { toldAt: number })[] = [];
  let now = 0;
  let recordings = 0;
  const recorder = createRecorder({
    camera: newCameraId((count) => new Uint8Array(count)),
    video: { timescale: 1000, widthPixels: 640, heightPixels: 360, parameterSets: null },
    audio: null,
    parameters: { ...RECORDER_PARAMETERS, ...parameters },
    now: () => EPOCH_MILLISECONDS + now * 1000,
    nextRecording: () => {
      recordings += 1;
      return recordings;
    },
    emit: (message) => told.push({ ...message, toldAt: now }),
    emitLive: () => {},
  });
  for (let frame = 0; frame < seconds * FRAMES_PER_SECOND; frame++) {
    now = frame / FRAMES_PER_SECOND;
    at?.(now, recorder);
    const keyFrame = frame % (keyFrameEverySeconds * FRAMES_PER_SECOND) === 0;
    const nal = [0, 0, 0, 1, keyFrame ? 0x65 : 0x41, frame >> 8, frame & 0xff, 0x80];
    const packet: MediaPacket = {
      track: 'video',
      data: Uint8Array.from(keyFrame ? [...sets(now), ...nal] : nal),
      pts: now * 1000,
      dts: now * 1000,
      keyFrame,
    };
    recorder.packet(packet);
    const score = motion(now);
    const jpeg = score > 0 && recorder.wantsPicture(score) ? Uint8Array.from([score * 100]) : null;
    recorder.motion({ atSeconds: now, moving: score > 0, score, box: null, jpeg });
  }
  return { told, recorder };
}
const between = (from: number, to: number) => (seconds: number) =>
  seconds >= from && seconds < to ? 0.1 : 0;
const kinds = (told: RecordingMessage[], kind: RecordingMessage['kind']) =>
  told.filter((message) => message.kind === kind);
const starts = (told: RecordingMessage[]) =>
  told.flatMap((message) =>
    message.kind === 'start' ? [(message.start.startedAt - EPOCH_MILLISECONDS) / 1000] : [],
  );
const ends = (told: RecordingMessage[]) =>
  told.flatMap((message) => (message.kind === 'end' ? [(message.endedAt - EPOCH_MILLISECONDS) / 1000] : []));

describe('the recorder', () => {
  it('records from a key frame at least 5 s before the motion until 5 s after it', () => {
    const { told } = play({ seconds: 60, motion: between(21, 25) });
    assert.deepEqual(starts(told), [16]);
    const [end] = ends(told);
    assert.ok(end !== undefined && end >= 29.8 && end <= 30.2, `${end}`);
  });

  it('tells start, init, fragments, thumbnail, end in that order', () => {
    const { told } = play({ seconds: 60, motion: between(21, 25) });
    assert.deepEqual(
      told.slice(0, 3).map((message) => message.kind),
      ['start', 'init', 'fragment'],
    );
    assert.equal(told.at(-1)?.kind, 'end');
    const thumbnails = kinds(told, 'thumbnail');
    assert.equal(thumbnails.length, 1);
  });

  it('closes a fragment at every key frame and at least every second', () => {
    const { told } = play({ seconds: 60, motion: between(21, 25) });
    const times = told.flatMap((message) => (message.kind === 'fragment' ? [message.atMilliseconds] : []));
    for (const [index, time] of times.entries())
      if (index > 0) assert.ok(time - (times[index - 1] ?? 0) <= 1000, `${times}`);
    const keyed = told.flatMap((message) =>
      message.kind === 'fragment' && message.keyFrame ? [message.atMilliseconds] : [],
    );
    assert.deepEqual(keyed.slice(0, 4), [0, 2000, 4000, 6000]);
  });

  it('sends the first thumbnail a second after the motion began, and a better one at the end', () => {
    const motion = (seconds: number) => (seconds < 21 || seconds > 27 ? 0 : seconds > 25 ? 0.4 : 0.1);
    const thumbnails = play({ seconds: 60, motion }).told.filter((message) => message.kind === 'thumbnail');
    assert.deepEqual(
      thumbnails.map((message) => message.score),
      [0.1, 0.4],
    );
    const [first] = thumbnails;
    assert.ok(first && first.toldAt >= 22 && first.toldAt <= 22.2, `${first?.toldAt}`);
  });

  it('sends no second thumbnail for little more motion', () => {
    const motion = (seconds: number) => (seconds < 21 || seconds > 27 ? 0 : seconds > 25 ? 0.14 : 0.1);
    assert.equal(kinds(play({ seconds: 60, motion }).told, 'thumbnail').length, 1);
  });

  it('keeps a thumbnail of motion that is over within a second', () => {
    assert.equal(kinds(play({ seconds: 60, motion: between(21, 21.3) }).told, 'thumbnail').length, 1);
  });

  it('makes one event of motion that pauses for less than the post-roll', () => {
    const motion = (seconds: number) => between(21, 22)(seconds) + between(26, 27)(seconds);
    assert.equal(starts(play({ seconds: 60, motion }).told).length, 1);
  });

  it('tells motion within the cooldown when that is over, with all of it in the clip', () => {
    // The first event ends at 30; the cooldown lasts until 40.
    const motion = (seconds: number) => between(21, 25)(seconds) + between(33, 34)(seconds);
    const { told } = play({ seconds: 80, motion });
    const [, second] = starts(told);
    assert.ok(second !== undefined && second <= 30 && second >= 28, `${second}`);
    const [, begun] = told.filter((message) => message.kind === 'start');
    assert.ok(begun && begun.toldAt >= 40 && begun.toldAt < 40.5, `${begun?.toldAt}`);
  });

  it('ends a clip at its longest and goes on in the next without losing a picture', () => {
    const { told } = play({
      seconds: 100,
      motion: between(21, 70),
      parameters: { longestClipSeconds: 20 },
    });
    const begun = starts(told);
    const ended = ends(told);
    assert.ok(begun.length >= 2);
    for (const [index, end] of ended.entries()) {
      const next = begun[index + 1];
      // The end is the moment of the last picture; the next starts one picture later.
      if (next !== undefined) assert.ok(Math.abs(next - end - 0.1) < 0.002, `${end} ${next}`);
    }
    assert.ok((ended.at(-1) ?? 0) > 74);
    assert.equal(kinds(told, 'thumbnail').length >= begun.length, true);
  });

  it('does not wait for ever for a key frame to end the longest clip', () => {
    const { told } = play({
      seconds: 100,
      motion: between(5, 90),
      parameters: { longestClipSeconds: 20 },
      keyFrameEverySeconds: 60,
    });
    const [end] = ends(told);
    assert.ok(end !== undefined && end <= 36);
  });

  it('starts a new recording when the parameter sets of the stream change', () => {
    const { told } = play({
      seconds: 60,
      motion: between(21, 40),
      sets: (seconds) => (seconds < 30 ? SETS : OTHER_SETS),
    });
    const types = told.flatMap((message) => (message.kind === 'start' ? [message.start.mediaType] : []));
    assert.deepEqual(types, ['video/mp4; codecs="avc1.64001f"', 'video/mp4; codecs="avc1.4d001f"']);
  });

  it('records nothing while it is not armed, and ends what it records when it is disarmed', () => {
    const { told } = play({
      seconds: 60,
      motion: between(10, 50),
      at: (seconds, recorder) => {
        if (seconds === 0) recorder.setArmed(false);
        if (seconds === 20) recorder.setArmed(true);
        if (seconds === 30) recorder.setArmed(false);
      },
    });
    assert.equal(starts(told).length, 1);
    const [end] = told.filter((message) => message.kind === 'end');
    assert.equal(end?.toldAt, 30);
  });

  it('ends the recording when the source does', () => {
    const { told, recorder } = play({ seconds: 25, motion: between(21, 40) });
    assert.equal(kinds(told, 'end').length, 0);
    recorder.close();
    assert.equal(told.at(-1)?.kind, 'end');
  });
});
