import { AV_CODEC_FLAG_GLOBAL_HEADER, AV_PIX_FMT_YUV420P, FF_ENCODER_LIBX264 } from 'node-av/constants';
import { Codec, CodecContext, Dictionary, Frame, type Packet, Rational } from 'node-av/lib';
import { CameraFailure } from '../failures.ts';
import { type Canvas, DEMO_PICTURE } from './canvas.ts';

export const DEMO_FRAMES_PER_SECOND = 15;
export const DEMO_TIMESCALE = 90_000;
const TICKS_PER_FRAME = DEMO_TIMESCALE / DEMO_FRAMES_PER_SECOND;
const KEY_FRAME_EVERY = 2 * DEMO_FRAMES_PER_SECOND;

/** The demo camera's H.264 encoder: one packet for each picture, without delay. */
export async function openEncoder() {
  const codec = Codec.findEncoderByName(FF_ENCODER_LIBX264);
  if (!codec) throw new CameraFailure('internal', 'this FFmpeg has no libx264');
  const context = new CodecContext();
  context.allocContext3(codec);
  context.width = DEMO_PICTURE.widthPixels;
  context.height = DEMO_PICTURE.heightPixels;
  context.pixelFormat = AV_PIX_FMT_YUV420P;
  context.timeBase = new Rational(1, DEMO_TIMESCALE);
  context.framerate = new Rational(DEMO_FRAMES_PER_SECOND, 1);
  context.gopSize = KEY_FRAME_EVERY;
  context.threadCount = 1;
  context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
  const options = Dictionary.fromObject({ preset: 'ultrafast', tune: 'zerolatency', crf: '23' });
  const opened = await context.open2(codec, options);
  if (opened < 0) throw new CameraFailure('internal', `the encoder did not open: ${opened}`);

  return {
    context,
    async encode(canvas: Canvas, frameNumber: number, packet: Packet): Promise<void> {
      using frame = Frame.fromVideoBuffer(canvas.bytes, {
        width: DEMO_PICTURE.widthPixels,
        height: DEMO_PICTURE.heightPixels,
        format: AV_PIX_FMT_YUV420P,
        timeBase: { num: 1, den: DEMO_TIMESCALE },
        pts: BigInt(frameNumber * TICKS_PER_FRAME),
      });
      const sent = await context.sendFrame(frame);
      const received = sent < 0 ? sent : await context.receivePacket(packet);
      if (received < 0) throw new CameraFailure('internal', `encoding failed with ${received}`);
    },
  };
}
