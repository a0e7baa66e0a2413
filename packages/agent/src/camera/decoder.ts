import { Scaler } from 'node-av/api';
import { AVERROR_EAGAIN, AVERROR_EOF } from 'node-av/constants';
import { Codec, CodecContext, Frame, type Packet, Rational } from 'node-av/lib';
import { MOTION_FRAME } from '../motion/parameters.ts';
import { CameraFailure } from './failures.ts';
import type { SourceStream } from './source.ts';

/** Every frame is decoded, because others refer to it; the detector looks at about eight in a second. */
const LOOK_EVERY_SECONDS = 0.12;
const THUMBNAIL_WIDTH_PIXELS = 640;
const THUMBNAIL_QUALITY = 80;

/** A decoded frame for the detector, valid until the next packet is decoded. */
export interface LookedAt {
  atSeconds: number;
  gray: Uint8Array;
  jpeg(): Promise<Uint8Array<ArrayBuffer>>;
}

/** Decodes H.264 and hands out small grey frames. Damaged packets are skipped: the network loses some. */
export async function createDecoder(stream: SourceStream) {
  const codec = Codec.findDecoder(stream.codec.codecId);
  if (!codec) throw new CameraFailure('unsupported-codec', 'this FFmpeg has no decoder for the stream');
  const context = new CodecContext();
  context.allocContext3(codec);
  context.parametersToContext(stream.codec);
  context.threadCount = 1;
  const opened = await context.open2(codec);
  if (opened < 0)
    throw new CameraFailure('unsupported-codec', `the decoder refused the stream with ${opened}`);
  const scaler = new Scaler();
  const frame = new Frame();
  frame.alloc();
  let lastLookSeconds = Number.NEGATIVE_INFINITY;
  let size: { widthPixels: number; heightPixels: number } | null = null;

  async function jpeg() {
    // The filter that scales for the encoder refuses a frame without a time base.
    frame.timeBase = new Rational(1, stream.timescale);
    const width = Math.min(THUMBNAIL_WIDTH_PIXELS, frame.width) & ~1;
    const height = Math.max(2, Math.round((frame.height * width) / frame.width) & ~1);
    return new Uint8Array(
      await scaler.toJpeg(frame, { resize: { width, height }, quality: THUMBNAIL_QUALITY }),
    );
  }

  return {
    /** Decodes a packet whose times are on the timeline and looks at the frames that come out. */
    async decode(packet: Packet, look: (seen: LookedAt) => Promise<void>): Promise<void> {
      const sent = await context.sendPacket(packet);
      if (sent < 0 && sent !== AVERROR_EAGAIN) return;
      for (;;) {
        const received = await context.receiveFrame(frame);
        if (received === AVERROR_EAGAIN || received === AVERROR_EOF || received < 0) return;
        size = { widthPixels: frame.width, heightPixels: frame.height };
        const atSeconds = Number(frame.bestEffortTimestamp) / stream.timescale;
        // Times run back for a moment after a jump of the source.
        if (Math.abs(atSeconds - lastLookSeconds) < LOOK_EVERY_SECONDS) continue;
        lastLookSeconds = atSeconds;
        const gray = await scaler.toBuffer(frame, {
          resize: { width: MOTION_FRAME.widthPixels, height: MOTION_FRAME.heightPixels },
          format: 'gray',
        });
        await look({ atSeconds, gray, jpeg });
      }
    },
    /** The size of the last frame, null before the first. */
    get size(): { widthPixels: number; heightPixels: number } | null {
      return size;
    },
    close(): void {
      frame.free();
      scaler.close();
      context.freeContext();
    },
  };
}
export type Decoder = Awaited<ReturnType<typeof createDecoder>>;
