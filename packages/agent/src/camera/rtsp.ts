import { AV_CODEC_ID_H264, AVMEDIA_TYPE_AUDIO, AVMEDIA_TYPE_VIDEO } from 'node-av/constants';
import { Dictionary, FormatContext, Packet, type Stream } from 'node-av/lib';
import { parameterSetsIn } from '../recorder/mp4/h264.ts';
import { addressWithCredentials, type RtspAddress } from './address.ts';
import { CameraFailure, openingReason } from './failures.ts';
import type { Source, SourceLimits, SourceStream } from './source.ts';

/** Looking at the first packets is bounded: H.264 says all we need in its SDP or its first key frame. */
const ANALYZE_MICROSECONDS = 2_000_000;
const ANALYZE_BYTES = 4 * 1024 * 1024;

/** Opens an RTSP camera over TCP. Throws CameraFailure with the reason; never with the address. */
export async function openRtsp(address: RtspAddress, limits: SourceLimits): Promise<Source> {
  const context = new FormatContext();
  try {
    await within(context, limits.connectMilliseconds, () => connect(context, address, limits));
    return sourceOf(context, limits);
  } catch (failure) {
    await context.closeInput();
    throw failure;
  }
}

async function connect(context: FormatContext, address: RtspAddress, limits: SourceLimits) {
  const options = Dictionary.fromObject({
    rtsp_transport: 'tcp',
    // Of every single wait on the socket, in microseconds.
    timeout: limits.connectMilliseconds * 1000,
    analyzeduration: ANALYZE_MICROSECONDS,
    probesize: ANALYZE_BYTES,
  });
  const opened = await context.openInput(addressWithCredentials(address), null, options);
  if (opened < 0) throw new CameraFailure(openingReason(opened), `opening failed with ${opened}`);
  const informed = await context.findStreamInfo();
  if (informed < 0) throw new CameraFailure('stream-ended', `no stream came, ${informed}`);
}

/** Runs `operation`, interrupting FFmpeg when it takes too long: a server may send a byte now and then for ever. */
async function within<Result>(
  context: FormatContext,
  milliseconds: number,
  operation: () => Promise<Result>,
): Promise<Result> {
  const timer = setTimeout(() => context.interrupt(), milliseconds);
  try {
    return await operation();
  } finally {
    clearTimeout(timer);
  }
}

const streamOf = (stream: Stream): SourceStream => {
  if (stream.timeBase.num !== 1)
    throw new CameraFailure('internal', `a time base of ${stream.timeBase.toString()} is not RTP's`);
  return { timescale: stream.timeBase.den, codec: stream.codecpar };
};

function sourceOf(context: FormatContext, limits: SourceLimits): Source {
  const videoIndex = context.findBestStream(AVMEDIA_TYPE_VIDEO);
  const audioIndex = context.findBestStream(AVMEDIA_TYPE_AUDIO);
  const videoStream = context.streams[videoIndex];
  if (!videoStream || videoStream.codecpar.codecId !== AV_CODEC_ID_H264)
    throw new CameraFailure('unsupported-codec', 'the stream has no H.264 video');
  const video = streamOf(videoStream);
  const { width, height, extradata } = video.codec;
  if (width <= 0 || height <= 0) throw new CameraFailure('stream-ended', 'no key frame came');
  const audioStream = context.streams[audioIndex];
  const packet = new Packet();
  packet.alloc();

  let waitedBefore = 0;
  async function read() {
    for (;;) {
      packet.unref();
      const started = performance.now();
      const got = await within(context, limits.stallMilliseconds, () => context.readFrame(packet));
      const waited = performance.now() - started;
      if (got < 0) {
        // When it has waited too long FFmpeg hands out the picture it still held, and fails at the next reading.
        const stalled = Math.max(waited, waitedBefore) >= limits.stallMilliseconds * 0.9;
        throw new CameraFailure(stalled ? 'stream-stalled' : 'stream-ended', `reading failed with ${got}`);
      }
      waitedBefore = waited;
      if (packet.streamIndex === videoIndex) return { track: 'video' as const, packet };
      if (packet.streamIndex === audioIndex) return { track: 'audio' as const, packet };
    }
  }

  return {
    video: {
      ...video,
      track: {
        timescale: video.timescale,
        widthPixels: width,
        heightPixels: height,
        parameterSets: extradata ? parameterSetsIn(extradata) : null,
      },
    },
    audio: audioStream ? streamOf(audioStream) : null,
    read,
    async close() {
      packet.free();
      await context.closeInput();
    },
  };
}
