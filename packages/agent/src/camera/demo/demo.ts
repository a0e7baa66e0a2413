import { setTimeout as sleep } from 'node:timers/promises';
import { AV_CHANNEL_LAYOUT_MONO, AV_CODEC_ID_PCM_S16LE, AVMEDIA_TYPE_AUDIO } from 'node-av/constants';
import { CodecParameters, Packet } from 'node-av/lib';
import { parameterSetsIn } from '../../recorder/mp4/h264.ts';
import type { Source } from '../source.ts';
import { type Canvas, DEMO_PICTURE, newCanvas, paint, rectangle } from './canvas.ts';
import { DEMO_FRAMES_PER_SECOND, DEMO_TIMESCALE, openEncoder } from './encoder.ts';
import { paintLandscape } from './landscape.ts';
import { clockText, widthOf, write } from './lettering.ts';
import { createSchedule } from './schedule.ts';
import { createSound, DEMO_SOUND_RATE } from './sound.ts';
import { paintVisitor } from './visitors.ts';

export interface DemoOptions {
  /** The same seed plays the same evening. */
  seed: number;
  /** Milliseconds since 1970: the clock in the picture, and when the next frame is due. */
  now: () => number;
}

/** Later than this the demo leaves frames out instead of hurrying after the clock. */
const LATE_MILLISECONDS = 1_000;

/** The built-in demo camera: a front garden at dusk, as real H.264 and PCM. Somebody comes by every half minute. */
export async function openDemo({ seed, now }: DemoOptions): Promise<Source> {
  const encoder = await openEncoder();
  const codec = new CodecParameters();
  codec.alloc();
  codec.fromContext(encoder.context);
  const landscape = paintLandscape(seed);
  const background = newCanvas();
  const canvas = newCanvas();
  let clock = '';
  const visitorAt = createSchedule(seed);
  const sound = createSound(seed);
  const picture = new Packet();
  picture.alloc();
  const heard = new Packet();
  heard.alloc();
  const dueMilliseconds = (frame: number) => (frame * 1000) / DEMO_FRAMES_PER_SECOND;
  const samplesBefore = (frame: number) => Math.floor((frame * DEMO_SOUND_RATE) / DEMO_FRAMES_PER_SECOND);
  const started = now();
  let frame = 0;
  let soundIsNext = false;

  /** The landscape with its lettering, which changes once a second. */
  function lettered(): Canvas {
    const text = clockText(now());
    if (text === clock) return background;
    clock = text;
    landscape.bytes.copy(background.bytes);
    label('DEMO', 16);
    label(clock, DEMO_PICTURE.widthPixels - 16 - widthOf(clock));
    return background;
  }
  function label(text: string, left: number) {
    paint(background, rectangle(left - 7, 12, widthOf(text) + 14, 26, 6), [12, 14, 22], 0.55);
    write(background, text, left, 18);
  }
  function draw() {
    lettered().bytes.copy(canvas.bytes);
    const visitor = visitorAt(frame / DEMO_FRAMES_PER_SECOND);
    if (visitor) paintVisitor(canvas, visitor);
  }

  async function readPicture() {
    const waits = started + dueMilliseconds(frame) - now();
    if (waits > 0) await sleep(waits);
    else if (waits < -LATE_MILLISECONDS) frame += Math.floor((-waits * DEMO_FRAMES_PER_SECOND) / 1000);
    draw();
    picture.unref();
    await encoder.encode(canvas, frame, picture);
    soundIsNext = true;
    return { track: 'video' as const, packet: picture };
  }

  function readSound() {
    const from = samplesBefore(frame);
    heard.unref();
    heard.data = sound(samplesBefore(frame + 1) - from);
    heard.pts = BigInt(from);
    heard.dts = BigInt(from);
    frame += 1;
    soundIsNext = false;
    return { track: 'audio' as const, packet: heard };
  }

  const { extradata } = codec;
  return {
    video: {
      timescale: DEMO_TIMESCALE,
      codec,
      track: {
        timescale: DEMO_TIMESCALE,
        ...DEMO_PICTURE,
        parameterSets: extradata ? parameterSetsIn(extradata) : null,
      },
    },
    audio: { timescale: DEMO_SOUND_RATE, codec: pcm() },
    read: async () => (soundIsNext ? readSound() : readPicture()),
    async close() {
      picture.free();
      heard.free();
      codec.free();
      encoder.context.freeContext();
    },
  };
}

function pcm(): CodecParameters {
  const codec = new CodecParameters();
  codec.alloc();
  codec.codecType = AVMEDIA_TYPE_AUDIO;
  codec.codecId = AV_CODEC_ID_PCM_S16LE;
  codec.sampleRate = DEMO_SOUND_RATE;
  codec.channelLayout = AV_CHANNEL_LAYOUT_MONO;
  codec.channels = 1;
  return codec;
}
