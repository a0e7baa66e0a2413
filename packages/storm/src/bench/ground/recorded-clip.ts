import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createClip } from '@nightlatch/agent/recorder/clip';
import { parameterSetsIn } from '@nightlatch/agent/recorder/mp4/h264';
import type { MediaPacket } from '@nightlatch/agent/recorder/packets';
import { Scaler } from 'node-av/api';
import {
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_LOG_QUIET,
  AV_PIX_FMT_YUV420P,
  FF_ENCODER_LIBX264,
} from 'node-av/constants';
import { Codec, CodecContext, Dictionary, FormatContext, Frame, Log, Packet, Rational } from 'node-av/lib';
import { createScene, SCENE } from './numbered-scene.ts';

const TIMESCALE = 90_000;
const TICKS_PER_FRAME = TIMESCALE / SCENE.framesPerSecond;
export const CLIP_SECONDS = 60;
const BITS_PER_SECOND = 2_000_000;
const THUMBNAIL = { width: 640, height: 360 };

/** One clip as the recorder of the agent hands it on. */
export interface RecordedClip {
  readonly mediaType: string;
  readonly init: Uint8Array<ArrayBuffer>;
  readonly fragments: ReturnType<ReturnType<typeof createClip>['finish']>;
  readonly thumbnail: Uint8Array<ArrayBuffer>;
  /** The very bytes that are sealed, as one file. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

function done(what: string, code: number): void {
  if (code < 0) throw new Error(`${what} failed with ${code}`);
}

const frameOf = (bytes: Buffer, number: number): Frame =>
  Frame.fromVideoBuffer(bytes, {
    width: SCENE.widthPixels,
    height: SCENE.heightPixels,
    format: AV_PIX_FMT_YUV420P,
    timeBase: { num: 1, den: TIMESCALE },
    pts: BigInt(number * TICKS_PER_FRAME),
  });

/** x264 as street cameras encode: no B-frames, a key frame a second, a steady rate. */
async function openEncoder(): Promise<CodecContext> {
  const codec = Codec.findEncoderByName(FF_ENCODER_LIBX264);
  if (!codec) throw new Error('this FFmpeg has no libx264');
  const context = new CodecContext();
  context.allocContext3(codec);
  context.width = SCENE.widthPixels;
  context.height = SCENE.heightPixels;
  context.pixelFormat = AV_PIX_FMT_YUV420P;
  context.timeBase = new Rational(1, TIMESCALE);
  context.framerate = new Rational(SCENE.framesPerSecond, 1);
  context.gopSize = SCENE.framesPerSecond;
  context.bitRate = BigInt(BITS_PER_SECOND);
  context.rcMaxRate = BigInt(BITS_PER_SECOND * 1.25);
  context.rcBufferSize = BITS_PER_SECOND;
  context.threadCount = 1;
  context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
  const options = { preset: 'superfast', tune: 'zerolatency', 'x264-params': 'scenecut=0' };
  done('opening the encoder', await context.open2(codec, Dictionary.fromObject(options)));
  return context;
}

/** Encodes the scene and writes it with the agent's own recorder; the same bytes on every run. */
export async function recordClip(signal: AbortSignal): Promise<RecordedClip> {
  Log.setLevel(AV_LOG_QUIET);
  const draw = createScene();
  const encoder = await openEncoder();
  const sets = encoder.extraData === null ? null : parameterSetsIn(encoder.extraData);
  if (sets === null) throw new Error('the encoder told no parameter sets');
  const packet = new Packet();
  packet.alloc();
  const track = { timescale: TIMESCALE, ...SCENE, parameterSets: sets };
  let clip: ReturnType<typeof createClip> | undefined;
  const fragments: RecordedClip['fragments'] = [];
  for (let number = 0; number < CLIP_SECONDS * SCENE.framesPerSecond; number++) {
    signal.throwIfAborted();
    using frame = frameOf(draw(number), number);
    done('encoding', await encoder.sendFrame(frame));
    done('encoding', await encoder.receivePacket(packet));
    const times = { pts: Number(packet.pts), dts: Number(packet.dts) };
    const picture: MediaPacket = {
      ...{ track: 'video', data: new Uint8Array(packet.data ?? []), ...times, keyFrame: packet.isKeyframe },
    };
    packet.unref();
    clip ??= createClip(track, sets, null, picture);
    fragments.push(...clip.add(picture));
  }
  encoder.freeContext();
  packet.free();
  if (clip === undefined) throw new Error('nothing was encoded');
  fragments.push(...clip.finish());
  using middle = frameOf(draw(100), 100);
  const scaler = new Scaler();
  const thumbnail = new Uint8Array(await scaler.toJpeg(middle, { resize: THUMBNAIL, quality: 80 }));
  scaler.close();
  const parts = [clip.init, ...fragments.map(({ bytes }) => bytes)];
  const bytes = new Uint8Array(Buffer.concat(parts));
  return { mediaType: clip.mediaType, init: clip.init, fragments, thumbnail, bytes };
}

export const FRAGMENTED = 'fragmented.mp4';
export const FASTSTART = 'faststart.mp4';

/** Leaves the clip in a directory twice: as it was recorded, and as a progressive MP4 with its index in front. */
export async function writeFiles(clip: RecordedClip, directory: string): Promise<void> {
  const recorded = path.join(directory, FRAGMENTED);
  await writeFile(recorded, clip.bytes);
  await progressive(recorded, path.join(directory, FASTSTART));
}

async function progressive(from: string, to: string): Promise<void> {
  const input = new FormatContext();
  done('opening the clip', await input.openInput(from));
  done('reading the clip', await input.findStreamInfo());
  const [source] = input.streams;
  if (source === undefined) throw new Error('the clip has no pictures');
  const output = new FormatContext();
  done('making an MP4', output.allocOutputContext2(null, 'mp4', to));
  const stream = output.newStream();
  done('making an MP4', source.codecpar.copy(stream.codecpar));
  stream.codecpar.codecTag = 0;
  stream.timeBase = source.timeBase;
  done('making an MP4', await output.openOutput());
  done('making an MP4', await output.writeHeader(Dictionary.fromObject({ movflags: '+faststart' })));
  const packet = new Packet();
  packet.alloc();
  while ((await input.readFrame(packet)) >= 0) {
    packet.rescaleTs(source.timeBase, stream.timeBase);
    done('making an MP4', await output.interleavedWriteFrame(packet));
    packet.unref();
  }
  done('making an MP4', await output.writeTrailer());
  packet.free();
  await output.closeOutput();
  output.freeContext();
  await input.closeInput();
}
