import { AV_CODEC_ID_AAC } from 'node-av/constants';
import type { Packet } from 'node-av/lib';
import type { AudioTrack, MediaPacket } from '../recorder/packets.ts';
import { createAudioTranscoder } from './audio-transcoder.ts';
import type { SourceStream } from './source.ts';

/** The sound of a source as AAC. Packets come in with times on the timeline, in ticks of the source's own stream. */
export interface AudioSide {
  track: AudioTrack;
  take(packet: Packet, pts: number): Promise<MediaPacket[]>;
  close(): void;
}

/** AAC is copied; PCMU, PCMA, G.726, Opus and whatever else FFmpeg decodes becomes AAC. Null: no sound that we can use. */
export async function openAudio(stream: SourceStream | null): Promise<AudioSide | null> {
  if (!stream) return null;
  const { codecId, extradata, channels } = stream.codec;
  if (codecId !== AV_CODEC_ID_AAC) return createAudioTranscoder(stream);
  // Without its AudioSpecificConfig nobody can decode it.
  if (!extradata || extradata.length < 2) return null;
  return {
    track: {
      timescale: stream.timescale,
      channels: Math.max(1, channels),
      config: new Uint8Array(extradata),
    },
    take: async (packet, pts) => [
      { track: 'audio', data: new Uint8Array(packet.data ?? []), pts, dts: pts, keyFrame: true },
    ],
    close() {},
  };
}
