import type { CameraId } from '@nightlatch/protocol/ids';
import { type Clip, type ClipFragment, createClip } from './clip.ts';
import { createLiveFeed, type LiveMessage } from './live-feed.ts';
import { parameterSetsIn, sameParameterSets } from './mp4/h264.ts';
import type { AudioTrack, MediaPacket, ParameterSets, VideoTrack } from './packets.ts';
import type { RecorderParameters } from './parameters.ts';
import type { PictureBox, RecordingMessage } from './recording.ts';
import { createRing } from './ring.ts';
import { createThumbnailChoice, type ThumbnailChoice } from './thumbnails.ts';

/** What the detector saw in one frame; `atSeconds` is on the timeline of the packets. */
export interface MotionSeen {
  atSeconds: number;
  moving: boolean;
  /** Part of the picture that moves, 0 to 1. */
  score: number;
  box: PictureBox | null;
  /** The frame, if `wantsPicture` asked for it. */
  jpeg: Uint8Array<ArrayBuffer> | null;
}

export interface RecorderOptions {
  camera: CameraId;
  video: VideoTrack;
  audio: AudioTrack | null;
  parameters: RecorderParameters;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Counts the recordings of the camera, over reconnects. */
  nextRecording: () => number;
  emit: (message: RecordingMessage) => void;
  emitLive: (message: LiveMessage) => void;
}

interface Recording {
  number: number;
  clip: Clip;
  parameterSets: ParameterSets;
  startSeconds: number;
  startedAt: number;
  onsetSeconds: number;
}

/**
 * Makes recordings from the packets of one pull and the motion seen in them. Pure: it keeps no file, timer or native
 * memory. One recording at a time; every packet in it is a packet of the source, unchanged.
 */
export function createRecorder(options: RecorderOptions) {
  const { parameters, emit } = options;
  const secondsOf = (packet: MediaPacket): number =>
    packet.pts / (packet.track === 'video' ? options.video.timescale : (options.audio?.timescale ?? 1));
  const ring = createRing(
    {
      // Motion within the cooldown becomes an event at its end: its pre-roll must still be there by then.
      keepSeconds: parameters.preRollSeconds + parameters.cooldownSeconds + 2,
      maxBytes: parameters.ringBytesMax,
    },
    secondsOf,
  );

  const live = createLiveFeed({ video: options.video, audio: options.audio, emit: options.emitLive });

  let armed = true;
  let newestSeconds = 0;
  let moving = false;
  let lastMotionSeconds = Number.NEGATIVE_INFINITY;
  let lastBox: PictureBox | null = null;
  let onset: { atSeconds: number; box: PictureBox | null } | null = null;
  let thumbnails: ThumbnailChoice = createThumbnailChoice(parameters);
  let recording: Recording | null = null;
  let previousEndSeconds = Number.NEGATIVE_INFINITY;
  let coolUntilSeconds = Number.NEGATIVE_INFINITY;

  function emitFragments(to: Recording, fragments: ClipFragment[]) {
    for (const fragment of fragments) emit({ kind: 'fragment', recording: to.number, ...fragment });
  }

  function start(packets: MediaPacket[], begin: { atSeconds: number; box: PictureBox | null }) {
    const first = packets[0];
    const parameterSets = first ? (parameterSetsIn(first.data) ?? options.video.parameterSets) : null;
    if (!first || !parameterSets) return;
    const clip = createClip(options.video, parameterSets, options.audio, first);
    const startSeconds = secondsOf(first);
    const startedAt = Math.round(options.now() - Math.max(0, newestSeconds - startSeconds) * 1000);
    const number = options.nextRecording();
    recording = { number, clip, parameterSets, startSeconds, startedAt, onsetSeconds: begin.atSeconds };
    onset = null;
    const { video, audio } = options;
    emit({
      kind: 'start',
      recording: number,
      start: {
        camera: options.camera,
        startedAt,
        mediaType: clip.mediaType,
        widthPixels: video.widthPixels,
        heightPixels: video.heightPixels,
        hasAudio: audio !== null,
        motionBox: begin.box,
      },
    });
    emit({ kind: 'init', recording: number, bytes: clip.init });
    for (const packet of packets) emitFragments(recording, clip.add(packet));
  }

  function sendThumbnail(to: Recording, chosen: ReturnType<ThumbnailChoice['last']>) {
    if (chosen) emit({ kind: 'thumbnail', recording: to.number, ...chosen });
  }

  function end() {
    if (!recording) return;
    const ended = recording;
    recording = null;
    emitFragments(ended, ended.clip.finish());
    sendThumbnail(ended, thumbnails.last());
    thumbnails = createThumbnailChoice(parameters);
    emit({ kind: 'end', recording: ended.number, endedAt: ended.startedAt + ended.clip.lengthMilliseconds });
    previousEndSeconds = newestSeconds;
    coolUntilSeconds = newestSeconds + parameters.cooldownSeconds;
  }

  const motionLasts = (): boolean =>
    moving || newestSeconds - lastMotionSeconds <= parameters.postRollSeconds;

  /** Ends the recording and goes on in a new one with this key frame: no picture is lost or stored twice. */
  function goOnWith(packet: MediaPacket) {
    const box = lastBox;
    end();
    coolUntilSeconds = Number.NEGATIVE_INFINITY;
    start([packet], { atSeconds: newestSeconds, box });
  }

  function startIfDue() {
    if (!armed || recording || !onset || newestSeconds < coolUntilSeconds) return;
    const wanted = Math.max(onset.atSeconds - parameters.preRollSeconds, previousEndSeconds);
    start(ring.from(wanted), onset);
  }

  function continueOrEnd(current: Recording, packet: MediaPacket) {
    const lengthSeconds = newestSeconds - current.startSeconds;
    const own = packet.keyFrame ? parameterSetsIn(packet.data) : null;
    const changed = own !== null && !sameParameterSets(own, current.parameterSets);
    if (!motionLasts()) {
      end();
    } else if (packet.keyFrame && (changed || lengthSeconds >= parameters.longestClipSeconds)) {
      goOnWith(packet);
    } else if (lengthSeconds >= parameters.longestClipSeconds + parameters.keyFrameWaitSeconds) {
      end();
      onset = { atSeconds: newestSeconds, box: lastBox };
    } else {
      emitFragments(current, current.clip.add(packet));
    }
  }

  return {
    /** The next packet of the source, in the order in which they came. */
    packet(packet: MediaPacket): void {
      ring.push(packet);
      live.packet(packet);
      if (packet.track === 'audio') {
        if (recording) emitFragments(recording, recording.clip.add(packet));
        return;
      }
      newestSeconds = Math.max(newestSeconds, secondsOf(packet));
      if (recording) continueOrEnd(recording, packet);
      else startIfDue();
      if (recording && newestSeconds >= recording.onsetSeconds + parameters.thumbnailDelaySeconds)
        sendThumbnail(recording, thumbnails.first());
    },
    /** Whether a frame of this score should come with its JPEG. */
    wantsPicture: (score: number): boolean => armed && thumbnails.wants(score),
    motion(seen: MotionSeen): void {
      moving = armed && seen.moving;
      if (!moving) return;
      lastMotionSeconds = seen.atSeconds;
      lastBox = seen.box;
      if (seen.jpeg) thumbnails.offer({ jpeg: seen.jpeg, score: seen.score });
      if (!recording) onset ??= { atSeconds: seen.atSeconds, box: seen.box };
      startIfDue();
    },
    /** Not armed, it watches and records nothing: there is no key yet to seal a recording with. */
    setArmed(value: boolean): void {
      armed = value;
      if (armed) return;
      end();
      moving = false;
      onset = null;
      thumbnails = createThumbnailChoice(parameters);
    },
    /** Whoever watches begins with the last key frame and need not wait for the next. Null: nobody watches. */
    setLive(take: number | null): void {
      if (take === null) live.stop();
      else live.begin(take, ring.from(Number.POSITIVE_INFINITY));
    },
    /** The source has ended: so does the recording. */
    close: end,
    get isRecording(): boolean {
      return recording !== null;
    },
  };
}
export type Recorder = ReturnType<typeof createRecorder>;
