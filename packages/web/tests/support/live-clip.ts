import { readFileSync } from 'node:fs';
import { join } from 'node:path';

type Bytes = Uint8Array<ArrayBuffer>;

const VIDEO = 1;
const VIDEO_TICKS = 1024;
const SOUND_TICKS = 1024;
const SOUND_TICKS_PER_SECOND = 16_000;
export const PICTURES_PER_SECOND = 10;
const VIDEO_TICKS_PER_SECOND = VIDEO_TICKS * PICTURES_PER_SECOND;
/** A camera's clock does not begin with the broadcast. */
const STARTS_AT_SECONDS = 37;

interface Fragment {
  readonly bytes: Bytes;
  readonly track: number;
}

export interface LivePicture {
  readonly keyFrame: boolean;
  /** The fragments of one moment: its picture, and then the sound that belongs to it. */
  readonly fragments: readonly Bytes[];
}

/** Where each box begins that is wanted, looking into the containers among them. */
function placesOf(bytes: Bytes, wanted: readonly string[]): Map<string, number> {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const places = new Map<string, number>();
  for (let at = 0; at + 8 <= bytes.length; ) {
    const type = new TextDecoder('latin1').decode(bytes.subarray(at + 4, at + 8));
    if (wanted.includes(type) && !places.has(type)) places.set(type, at);
    at += ['moof', 'traf'].includes(type) ? 8 : view.getUint32(at);
  }
  return places;
}

/** The fragment at another time, and as long as all others. */
function retimed({ bytes, track }: Fragment, ticks: number): Bytes {
  const copy = new Uint8Array(bytes);
  const view = new DataView(copy.buffer);
  const places = placesOf(copy, ['tfhd', 'tfdt', 'trun']);
  view.setBigUint64((places.get('tfdt') ?? 0) + 12, BigInt(ticks));
  // Flags of FFmpeg: the default duration is the first field behind the number of the track.
  view.setUint32((places.get('tfhd') ?? 0) + 16, track === VIDEO ? VIDEO_TICKS : SOUND_TICKS);
  return copy;
}

function fragmentsOf(name: string): { init: Bytes; fragments: Fragment[] } {
  const file = new Uint8Array(readFileSync(join(import.meta.dirname, '../fixtures', name)));
  const view = new DataView(file.buffer);
  const starts: number[] = [];
  for (let at = 0; at < file.length; at += view.getUint32(at)) {
    const type = new TextDecoder('latin1').decode(file.subarray(at + 4, at + 8));
    if (type === 'moof' || type === 'mfra') starts.push(at);
  }
  const fragments = starts.slice(0, -1).map((start, index) => {
    const bytes = file.slice(start, starts[index + 1]);
    const track = view.getUint32(start + (placesOf(bytes, ['tfhd']).get('tfhd') ?? 0) + 12);
    return { bytes, track };
  });
  return { init: file.slice(0, starts[0]), fragments };
}

/** An endless camera that shows one colour of the fixture after another, as a test wants them: real H.264. */
export function createColourCamera(withSound = false) {
  const { init, fragments } = fragmentsOf(withSound ? 'live-sound.mp4' : 'live.mp4');
  const pictures = fragments.filter(({ track }) => track === VIDEO);
  const sounds = fragments.filter(({ track }) => track !== VIDEO);
  let shown = 0;
  let sounded = 0;
  let inGroup = 0;
  let colour = 0;
  return {
    init,
    tracks: {
      mediaType: `video/mp4; codecs="avc1.42c00d${withSound ? ',mp4a.40.2' : ''}"`,
      widthPixels: 320,
      heightPixels: 180,
      hasAudio: withSound,
    },
    /** From the next picture on; it is a key frame. */
    show(next: number): void {
      colour = next;
      inGroup = 0;
    },
    next(): LivePicture {
      const picture = pictures[colour * PICTURES_PER_SECOND + inGroup];
      if (picture === undefined) throw new Error('the fixture has no such colour');
      const keyFrame = inGroup === 0;
      inGroup = (inGroup + 1) % PICTURES_PER_SECOND;
      const ticks = STARTS_AT_SECONDS * VIDEO_TICKS_PER_SECOND + shown++ * VIDEO_TICKS;
      const made = [retimed(picture, ticks)];
      const soundUntil = (shown / PICTURES_PER_SECOND) * SOUND_TICKS_PER_SECOND;
      for (; sounds.length > 0 && sounded * SOUND_TICKS < soundUntil; sounded++) {
        const sound = sounds[sounded % sounds.length];
        const at = STARTS_AT_SECONDS * SOUND_TICKS_PER_SECOND + sounded * SOUND_TICKS;
        if (sound !== undefined) made.push(retimed(sound, at));
      }
      return { keyFrame, fragments: made };
    },
  };
}
export type ColourCamera = ReturnType<typeof createColourCamera>;
