import type { AudioTrack, ParameterSets, VideoTrack } from '../packets.ts';
import { ascii, box, fullBox, u16, u32, zeros } from './boxes.ts';

export const VIDEO_TRACK = 1;
export const AUDIO_TRACK = 2;

const UNITY_MATRIX = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000].flatMap(u32);
const MOVIE_TIMESCALE = 1000;
/** The language code `und`, packed as ISO 639-2/T in 15 bits. */
const LANGUAGE_UNDETERMINED = 0x55c4;

interface ClipTracks {
  video: VideoTrack;
  /** How long after its decoding the first picture is shown: an edit list makes that moment 0. */
  firstPictureDelayTicks: number;
  parameterSets: ParameterSets;
  audio: AudioTrack | null;
}

/** ftyp and moov of a fragmented MP4 (ISO 14496-12, brand `iso6` for tfdt and signed composition offsets). */
export function initSegment(tracks: ClipTracks): Uint8Array<ArrayBuffer> {
  const { video, audio } = tracks;
  const fileType = box('ftyp', ascii('iso6'), u32(0), ascii('iso6'), ascii('avc1'), ascii('mp41'));
  const traks = [
    trak(VIDEO_TRACK, 'vide', videoEntry(tracks), {
      ...video,
      startTicks: tracks.firstPictureDelayTicks,
    }),
    ...(audio
      ? [
          trak(AUDIO_TRACK, 'soun', audioEntry(audio), {
            timescale: audio.timescale,
            widthPixels: 0,
            heightPixels: 0,
            startTicks: 0,
          }),
        ]
      : []),
  ];
  const trackIds = audio ? [VIDEO_TRACK, AUDIO_TRACK] : [VIDEO_TRACK];
  const extends_ = trackIds.map((id) => fullBox('trex', 0, 0, u32(id), u32(1), u32(0), u32(0), u32(0)));
  const header = fullBox(
    'mvhd',
    0,
    0,
    zeros(8),
    u32(MOVIE_TIMESCALE),
    u32(0),
    u32(0x10000),
    u16(0x100),
    zeros(10),
    UNITY_MATRIX,
    zeros(24),
    u32(trackIds.length + 1),
  );
  const movie = box('moov', header, ...traks, box('mvex', ...extends_));
  const segment = new Uint8Array(fileType.length + movie.length);
  segment.set(fileType);
  segment.set(movie, fileType.length);
  return segment;
}

interface TrackFacts {
  timescale: number;
  widthPixels: number;
  heightPixels: number;
  /** The media time that is shown at 0. */
  startTicks: number;
}

function trak(
  id: number,
  handler: 'vide' | 'soun',
  sampleEntry: Uint8Array,
  { timescale, widthPixels, heightPixels, startTicks }: TrackFacts,
) {
  const sound = handler === 'soun';
  // Flags 3: the track is enabled and part of the presentation.
  const header = fullBox(
    'tkhd',
    0,
    3,
    zeros(8),
    u32(id),
    zeros(16),
    u16(0),
    u16(sound ? 1 : 0),
    u16(sound ? 0x100 : 0),
    u16(0),
    UNITY_MATRIX,
    u32(widthPixels * 0x10000),
    u32(heightPixels * 0x10000),
  );
  const sampleTable = box(
    'stbl',
    fullBox('stsd', 0, 0, u32(1), sampleEntry),
    fullBox('stts', 0, 0, u32(0)),
    fullBox('stsc', 0, 0, u32(0)),
    fullBox('stsz', 0, 0, u32(0), u32(0)),
    fullBox('stco', 0, 0, u32(0)),
  );
  // Flag 1 of `url `: the samples are in this very file.
  const dataInformation = box('dinf', fullBox('dref', 0, 0, u32(1), fullBox('url ', 0, 1)));
  // One edit of unknown length at normal speed.
  const edits =
    startTicks > 0 ? [box('edts', fullBox('elst', 0, 0, u32(1), u32(0), u32(startTicks), u32(0x10000)))] : [];
  return box(
    'trak',
    header,
    ...edits,
    box(
      'mdia',
      fullBox('mdhd', 0, 0, zeros(8), u32(timescale), u32(0), u16(LANGUAGE_UNDETERMINED), u16(0)),
      fullBox('hdlr', 0, 0, u32(0), ascii(handler), zeros(12), ascii('Nightlatch\0')),
      box(
        'minf',
        sound ? fullBox('smhd', 0, 0, zeros(4)) : fullBox('vmhd', 0, 1, zeros(8)),
        dataInformation,
        sampleTable,
      ),
    ),
  );
}

function videoEntry({ video, parameterSets }: ClipTracks) {
  const { sequence, picture } = parameterSets;
  const configuration = box(
    'avcC',
    [1, sequence[1] ?? 0, sequence[2] ?? 0, sequence[3] ?? 0],
    // Lengths of four bytes before each NAL unit; one set of each kind.
    [0xff, 0xe1],
    u16(sequence.length),
    sequence,
    [1],
    u16(picture.length),
    picture,
  );
  const seventyTwoDpi = u32(0x480000);
  return box(
    'avc1',
    zeros(6),
    u16(1),
    zeros(16),
    u16(video.widthPixels),
    u16(video.heightPixels),
    seventyTwoDpi,
    seventyTwoDpi,
    u32(0),
    u16(1),
    zeros(32),
    u16(24),
    u16(0xffff),
    configuration,
  );
}

/** An MPEG-4 descriptor (ISO 14496-1): tag, one byte of length, content. */
const descriptor = (tag: number, ...parts: (readonly number[] | Uint8Array)[]): number[] => {
  const content = parts.flatMap((part) => [...part]);
  if (content.length > 127) throw new RangeError(`a descriptor of ${content.length} bytes is not AAC's`);
  return [tag, content.length, ...content];
};

function audioEntry(audio: AudioTrack) {
  const elementary = descriptor(
    0x03,
    u16(0),
    [0],
    // 0x40 is AAC, 0x15 an audio stream; buffer and bit rates are left unsaid.
    descriptor(0x04, [0x40, 0x15], zeros(11), descriptor(0x05, audio.config)),
    descriptor(0x06, [2]),
  );
  return box(
    'mp4a',
    zeros(6),
    u16(1),
    zeros(8),
    u16(audio.channels),
    u16(16),
    u32(0),
    // 16.16 fixed point: rates above 65,535 Hz do not fit and are read from the AudioSpecificConfig.
    u32(audio.timescale < 0x10000 ? audio.timescale * 0x10000 : 0),
    fullBox('esds', 0, 0, elementary),
  );
}
