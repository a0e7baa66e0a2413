import type { CodecParameters, Packet } from 'node-av/lib';
import type { VideoTrack } from '../recorder/packets.ts';

/** What the decoder and the audio side need to know of a stream. */
export interface SourceStream {
  timescale: number;
  codec: CodecParameters;
}

/** One pull of one camera, open. Whoever opens it closes it. */
export interface Source {
  video: SourceStream & { track: VideoTrack };
  audio: SourceStream | null;
  /**
   * The next packet; it belongs to the source and is overwritten by the next call. Throws CameraFailure when the stream
   * ends or stalls.
   */
  read(): Promise<{ track: 'video' | 'audio'; packet: Packet }>;
  close(): Promise<void>;
}

/** How long a source may take. */
export interface SourceLimits {
  connectMilliseconds: number;
  stallMilliseconds: number;
}
export const SOURCE_LIMITS: SourceLimits = { connectMilliseconds: 10_000, stallMilliseconds: 10_000 };
