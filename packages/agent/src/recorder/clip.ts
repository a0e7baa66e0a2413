import { fragment, type Sample } from './mp4/fragment.ts';
import { toSample, videoCodecString } from './mp4/h264.ts';
import { AUDIO_TRACK, initSegment, VIDEO_TRACK } from './mp4/init-segment.ts';
import type { AudioTrack, MediaPacket, ParameterSets, VideoTrack } from './packets.ts';

/** A live viewer of a growing clip is behind by one fragment, and a crash loses no more than one. */
const FRAGMENT_SECONDS_MAX = 1;
/** Of the last sample of a clip with a single picture, where no other tells how long one lasts. */
const LONE_PICTURE_SECONDS = 1 / 15;
export const AAC_FRAME_SAMPLES = 1024;

/** RFC 6381: the audio object type is in the first five bits of the AudioSpecificConfig; 2 is AAC-LC. */
const audioCodecString = (audio: AudioTrack): string => `mp4a.40.${(audio.config[0] ?? 0) >> 3}`;

/** The type for MediaSource. */
export const mediaTypeOf = (parameterSets: ParameterSets, audio: AudioTrack | null): string =>
  `video/mp4; codecs="${[videoCodecString(parameterSets), ...(audio ? [audioCodecString(audio)] : [])].join(',')}"`;

export interface ClipFragment {
  bytes: Uint8Array<ArrayBuffer>;
  atMilliseconds: number;
  keyFrame: boolean;
}

/**
 * Writes one clip as fragmented MP4 from packets in decoding order; the first must be a key frame. Decoding times start
 * at 0. With B-frames the first picture is shown a little after it is decoded; an edit list makes that moment 0, so that
 * there is no hole before it and sound stays in step. (Negative composition offsets would do the same in browsers, but
 * FFmpeg shifts such video against its sound.)
 */
export function createClip(
  video: VideoTrack,
  parameterSets: ParameterSets,
  audio: AudioTrack | null,
  first: MediaPacket,
) {
  let sequence = 0;
  let pictures: MediaPacket[] = [];
  let sounds: MediaPacket[] = [];
  let pictureTicks = Math.round(video.timescale * LONE_PICTURE_SECONDS);
  let lengthTicks = 0;
  const firstSeconds = first.pts / video.timescale;
  // Sounds before the first picture would have to start before 0.
  const firstSoundTicks = audio ? Math.ceil(firstSeconds * audio.timescale) : 0;

  const showTicks = (packet: MediaPacket) => packet.pts - first.pts;

  function pictureSamples(next: MediaPacket | null): Sample[] {
    return pictures.map((packet, index) => {
      const following = pictures[index + 1] ?? next;
      if (following) pictureTicks = following.dts - packet.dts;
      const dts = packet.dts - first.dts;
      return {
        data: toSample(packet.data),
        dts,
        durationTicks: pictureTicks,
        // A picture that came late may have been given a decoding time after its own.
        compositionOffsetTicks: packet.pts - packet.dts,
        keyFrame: packet.keyFrame,
      };
    });
  }

  function soundSamples(): Sample[] {
    return sounds.map((packet, index) => {
      const following = sounds[index + 1];
      return {
        data: packet.data,
        dts: packet.pts - firstSoundTicks,
        durationTicks: following ? following.pts - packet.pts : AAC_FRAME_SAMPLES,
        compositionOffsetTicks: 0,
        keyFrame: true,
      };
    });
  }

  function flush(next: MediaPacket | null): ClipFragment[] {
    const head = pictures[0];
    if (!head) return [];
    sequence += 1;
    const bytes = fragment(sequence, [
      { track: VIDEO_TRACK, samples: pictureSamples(next) },
      { track: AUDIO_TRACK, samples: soundSamples() },
    ]);
    const at = Math.min(...pictures.map(showTicks));
    pictures = [];
    sounds = [];
    const atMilliseconds = Math.max(0, Math.round((at * 1000) / video.timescale));
    return [{ bytes, atMilliseconds, keyFrame: head.keyFrame }];
  }

  return {
    mediaType: mediaTypeOf(parameterSets, audio),
    init: initSegment({ video, parameterSets, audio, firstPictureDelayTicks: first.pts - first.dts }),

    /** Takes the next packet and returns the fragment that it completes, if it does. */
    add(packet: MediaPacket): ClipFragment[] {
      if (packet.track === 'audio') {
        const last = sounds.at(-1);
        if (audio && packet.pts >= firstSoundTicks && (!last || packet.pts > last.pts)) sounds.push(packet);
        return [];
      }
      // Pictures shown before the first key frame refer to pictures that are not in the clip.
      if (showTicks(packet) < 0) return [];
      const head = pictures[0];
      const spans = head ? packet.dts - head.dts + pictureTicks : 0;
      const full = head && (packet.keyFrame || spans > FRAGMENT_SECONDS_MAX * video.timescale);
      const done = full ? flush(packet) : [];
      pictures.push(packet);
      lengthTicks = Math.max(lengthTicks, showTicks(packet));
      return done;
    },
    /** The last fragment; nothing may be added after. */
    finish: (): ClipFragment[] => flush(null),
    /** To the start of the last picture. */
    get lengthMilliseconds(): number {
      return Math.round((lengthTicks * 1000) / video.timescale);
    },
  };
}
export type Clip = ReturnType<typeof createClip>;
