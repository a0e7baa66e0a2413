import { AV_NOPTS_VALUE } from 'node-av/constants';
import type { Packet } from 'node-av/lib';
import type { MotionDetector } from '../motion/detector.ts';
import type { MediaPacket } from '../recorder/packets.ts';
import type { Recorder } from '../recorder/recorder.ts';
import { createTimeline } from '../recorder/timeline.ts';
import type { AudioSide } from './audio.ts';
import type { Decoder } from './decoder.ts';
import { createDecoding, DECODING_LIMITS } from './decoding.ts';
import { CameraFailure } from './failures.ts';
import type { Source } from './source.ts';

export interface PullParts {
  source: Source;
  decoder: Decoder;
  audio: AudioSide | null;
  detector: MotionDetector;
  recorder: Recorder;
  /** A clock in milliseconds that never goes back. */
  monotonic: () => number;
  /** Called for each packet, after it has gone everywhere; the pull waits for it. */
  afterPacket: () => Promise<void>;
  stopped: () => boolean;
}

const told = (ticks: bigint): number | null => (ticks === AV_NOPTS_VALUE ? null : Number(ticks));

/** One pull feeds everything: recorder, detector and sound. Returns when stopped; throws CameraFailure. */
export async function pull(parts: PullParts): Promise<void> {
  const { source, decoder, audio, detector, recorder } = parts;
  const place = createTimeline();
  const decoding = createDecoding(look, DECODING_LIMITS);

  function look(packet: Packet): Promise<void> {
    return decoder.decode(packet, async (seen) => {
      const motion = detector.look(seen.gray, seen.atSeconds);
      const jpeg = motion.moving && recorder.wantsPicture(motion.score) ? await seen.jpeg() : null;
      recorder.motion({ ...motion, atSeconds: seen.atSeconds, jpeg });
    });
  }

  const placed = (track: MediaPacket['track'], timescale: number, packet: Packet) =>
    place({
      track,
      timescale,
      pts: told(packet.pts),
      dts: told(packet.dts),
      arrivedAtMilliseconds: parts.monotonic(),
    });

  function takePicture(packet: Packet) {
    const times = placed('video', source.video.timescale, packet);
    if (times) {
      const data = new Uint8Array(packet.data ?? []);
      recorder.packet({ track: 'video', data, ...times, keyFrame: packet.isKeyframe });
      packet.pts = BigInt(times.pts);
      packet.dts = BigInt(times.dts);
    }
    const own = packet.clone();
    if (own) decoding.add(own);
    const { widthPixels, heightPixels } = source.video.track;
    const size = decoder.size;
    if (size && (size.widthPixels !== widthPixels || size.heightPixels !== heightPixels))
      throw new CameraFailure('stream-ended', 'the picture has another size now');
  }

  async function takeSound(packet: Packet, side: AudioSide) {
    const times = placed('audio', source.audio?.timescale ?? side.track.timescale, packet);
    if (!times) return;
    for (const sound of await side.take(packet, times.pts)) recorder.packet(sound);
  }

  try {
    while (!parts.stopped()) {
      const { track, packet } = await source.read();
      if (track === 'video') takePicture(packet);
      else if (audio) await takeSound(packet, audio);
      await parts.afterPacket();
    }
  } finally {
    await decoding.close();
  }
}
