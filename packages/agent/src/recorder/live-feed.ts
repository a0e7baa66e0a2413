import type { LiveTracks } from '@nightlatch/protocol/live';
import { AAC_FRAME_SAMPLES, mediaTypeOf } from './clip.ts';
import { fragment, type Sample } from './mp4/fragment.ts';
import { parameterSetsIn, sameParameterSets, toSample } from './mp4/h264.ts';
import { AUDIO_TRACK, initSegment, VIDEO_TRACK } from './mp4/init-segment.ts';
import type { AudioTrack, MediaPacket, ParameterSets, VideoTrack } from './packets.ts';

/**
 * What a camera tells while it is watched. `take` is the number under which it was asked: what still comes of an earlier
 * one is told from it by its number.
 */
export type LiveMessage =
  /** Begins, or begins anew with another init segment; the next fragment is a key frame. */
  | { kind: 'start'; take: number; tracks: LiveTracks; init: Uint8Array<ArrayBuffer> }
  /** One picture or one AAC frame, as one moof and mdat. `keyFrame` is of pictures alone. */
  | { kind: 'fragment'; take: number; bytes: Uint8Array<ArrayBuffer>; keyFrame: boolean }
  /** There is no picture now; when there is one again, it starts. */
  | { kind: 'end'; take: number };

export interface LiveFeedOptions {
  video: VideoTrack;
  audio: AudioTrack | null;
  emit: (message: LiveMessage) => void;
}

/** Of pictures before any two have come: as far apart as a slow camera's are. */
const UNKNOWN_PICTURE_SECONDS = 0.2;
/** Times wander by a picture; the longest of so many stands for the next. */
const LOOK_BACK_PICTURES = 8;

interface Begun {
  first: MediaPacket;
  parameterSets: ParameterSets;
  firstSoundTicks: number;
  fragments: number;
  lastSoundPts: number;
}

/**
 * Makes a fragment of every packet as it comes, in decoding order. How long a picture lasts is not known before the next
 * one: it is said to last as long as the longest of those just before it. Said too short, MediaSource would take the next
 * one for a jump (it does at twice the length) and throw away everything up to a key frame; said too long does no harm,
 * because the next one has a time of its own.
 */
export function createLiveFeed({ video, audio, emit }: LiveFeedOptions) {
  let take: number | null = null;
  let begun: Begun | null = null;
  let lastPictureDts: number | null = null;
  let stepsTicks: number[] = [];

  function noteStep({ track, dts }: MediaPacket) {
    if (track !== 'video') return;
    if (lastPictureDts !== null && dts > lastPictureDts)
      stepsTicks = [...stepsTicks, Math.min(dts - lastPictureDts, video.timescale)].slice(
        -LOOK_BACK_PICTURES,
      );
    lastPictureDts = dts;
  }
  const pictureTicks = (): number =>
    stepsTicks.length > 0 ? Math.max(...stepsTicks) : Math.round(video.timescale * UNKNOWN_PICTURE_SECONDS);

  function begin(first: MediaPacket, parameterSets: ParameterSets, number: number): Begun {
    const { widthPixels, heightPixels } = video;
    emit({
      kind: 'start',
      take: number,
      tracks: {
        mediaType: mediaTypeOf(parameterSets, audio),
        widthPixels,
        heightPixels,
        hasAudio: audio !== null,
      },
      init: initSegment({ video, parameterSets, audio, firstPictureDelayTicks: first.pts - first.dts }),
    });
    return {
      first,
      parameterSets,
      // Sounds before the first picture would have to start before 0.
      firstSoundTicks: audio ? Math.ceil((first.pts / video.timescale) * audio.timescale) : 0,
      fragments: 0,
      lastSoundPts: Number.NEGATIVE_INFINITY,
    };
  }

  function send(to: Begun, number: number, track: number, sample: Sample) {
    to.fragments += 1;
    const bytes = fragment(to.fragments, [{ track, samples: [sample] }]);
    emit({
      kind: 'fragment',
      take: number,
      bytes,
      keyFrame: track === VIDEO_TRACK && sample.keyFrame,
    });
  }

  function picture(packet: MediaPacket, number: number) {
    if (packet.keyFrame) {
      const own = parameterSetsIn(packet.data);
      const sets = own ?? begun?.parameterSets ?? video.parameterSets;
      if (sets && (!begun || !sameParameterSets(sets, begun.parameterSets)))
        begun = begin(packet, sets, number);
    }
    // Pictures shown before the first key frame refer to pictures that the viewer never had.
    if (!begun || packet.pts < begun.first.pts) return;
    send(begun, number, VIDEO_TRACK, {
      data: toSample(packet.data),
      dts: packet.dts - begun.first.dts,
      durationTicks: pictureTicks(),
      compositionOffsetTicks: packet.pts - packet.dts,
      keyFrame: packet.keyFrame,
    });
  }

  function sound(packet: MediaPacket, number: number) {
    if (!begun || !audio || packet.pts < begun.firstSoundTicks || packet.pts <= begun.lastSoundPts) return;
    begun.lastSoundPts = packet.pts;
    send(begun, number, AUDIO_TRACK, {
      data: packet.data,
      dts: packet.pts - begun.firstSoundTicks,
      durationTicks: AAC_FRAME_SAMPLES,
      compositionOffsetTicks: 0,
      keyFrame: true,
    });
  }

  function add(next: MediaPacket) {
    if (take === null) return;
    if (next.track === 'video') picture(next, take);
    else sound(next, take);
  }

  return {
    /** Begins anew with these packets, which start with a key frame, or, where there are none, with the next one. */
    begin(number: number, packets: readonly MediaPacket[]): void {
      take = number;
      begun = null;
      for (const one of packets) add(one);
    },
    /** The next packet; also while nobody watches, to know how far apart the pictures are. */
    packet(next: MediaPacket): void {
      noteStep(next);
      add(next);
    },
    stop(): void {
      take = null;
      begun = null;
    },
  };
}
