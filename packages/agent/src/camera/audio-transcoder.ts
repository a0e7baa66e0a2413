import { AudioFrameBuffer } from 'node-av/api';
import {
  AV_CHANNEL_LAYOUT_MONO,
  AV_CHANNEL_LAYOUT_STEREO,
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_CODEC_ID_AAC,
  AV_SAMPLE_FMT_FLTP,
} from 'node-av/constants';
import { Codec, CodecContext, Frame, Packet, Rational, SoftwareResampleContext } from 'node-av/lib';
import type { MediaPacket } from '../recorder/packets.ts';
import type { AudioSide } from './audio.ts';
import type { SourceStream } from './source.ts';

const AAC_FRAME_SAMPLES = 1024;
/** The rates that AAC has a number for (ISO 14496-3, table 1.18); sound keeps its own rate. */
const AAC_RATES = new Set([
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000,
]);
const BITS_PER_CHANNEL = 32_000n;
/** Sound further than this from where its samples put it has lost some on the way. */
const HOLE_SECONDS = 0.1;

/** Decodes the sound of a source and encodes it as AAC-LC at its own rate; null where FFmpeg or AAC cannot. */
export async function createAudioTranscoder(stream: SourceStream): Promise<AudioSide | null> {
  const decoder = await openDecoder(stream);
  const rate = stream.codec.sampleRate;
  const channels = stream.codec.channels === 1 ? 1 : 2;
  const encoder = AAC_RATES.has(rate) ? await openEncoder(rate, channels) : null;
  const config = encoder?.extraData;
  if (!decoder || !encoder || !config) return null;

  const resampler = new SoftwareResampleContext();
  resampler.alloc();
  const decoded = new Frame();
  decoded.alloc();
  const planar = new Frame();
  planar.alloc();
  const encoded = new Packet();
  encoded.alloc();
  const layout = channels === 1 ? AV_CHANNEL_LAYOUT_MONO : AV_CHANNEL_LAYOUT_STEREO;
  const buffer = AudioFrameBuffer.create(AAC_FRAME_SAMPLES, AV_SAMPLE_FMT_FLTP, rate, layout, channels);
  /** Where the first sample ever pushed would stand on the timeline, judging by the last ones. */
  let baseTicks = 0;
  let pushedSamples = 0;

  async function drain(from: CodecContext, to: MediaPacket[]) {
    while ((await from.receivePacket(encoded)) >= 0) {
      const pts = Number(encoded.pts);
      to.push({
        track: 'audio',
        data: new Uint8Array(encoded.data ?? []),
        pts,
        dts: pts,
        keyFrame: true,
      });
      encoded.unref();
    }
  }

  async function encodeWhole(to: MediaPacket[], by: CodecContext) {
    for (let frame = await buffer.pull(); frame; frame = await buffer.pull()) {
      using whole = frame;
      whole.pts += BigInt(baseTicks);
      await by.sendFrame(whole);
      await drain(by, to);
    }
  }

  return {
    track: { timescale: rate, channels, config: new Uint8Array(config) },
    async take(packet, pts) {
      const out: MediaPacket[] = [];
      const startTicks = Math.round((pts * rate) / stream.timescale);
      if (Math.abs(baseTicks + pushedSamples - startTicks) > HOLE_SECONDS * rate)
        baseTicks = startTicks - pushedSamples;
      if ((await decoder.sendPacket(packet)) < 0) return out;
      while ((await decoder.receiveFrame(decoded)) >= 0) {
        planar.unref();
        planar.format = AV_SAMPLE_FMT_FLTP;
        planar.sampleRate = rate;
        planar.channelLayout = layout;
        if (resampler.convertFrame(planar, decoded) < 0) continue;
        await buffer.push(planar);
        pushedSamples += planar.nbSamples;
        await encodeWhole(out, encoder);
      }
      return out;
    },
    close() {
      decoder.freeContext();
      encoder.freeContext();
      resampler.free();
      decoded.free();
      planar.free();
      encoded.free();
      buffer[Symbol.dispose]();
    },
  };
}

async function openDecoder(stream: SourceStream): Promise<CodecContext | null> {
  const codec = Codec.findDecoder(stream.codec.codecId);
  if (!codec) return null;
  const context = new CodecContext();
  context.allocContext3(codec);
  context.parametersToContext(stream.codec);
  return (await context.open2(codec)) < 0 ? null : context;
}

async function openEncoder(rate: number, channels: 1 | 2): Promise<CodecContext | null> {
  const codec = Codec.findEncoder(AV_CODEC_ID_AAC);
  if (!codec) return null;
  const context = new CodecContext();
  context.allocContext3(codec);
  context.sampleRate = rate;
  context.sampleFormat = AV_SAMPLE_FMT_FLTP;
  context.channelLayout = channels === 1 ? AV_CHANNEL_LAYOUT_MONO : AV_CHANNEL_LAYOUT_STEREO;
  context.timeBase = new Rational(1, rate);
  context.bitRate = BITS_PER_CHANNEL * BigInt(channels);
  context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
  return (await context.open2(codec)) < 0 ? null : context;
}
