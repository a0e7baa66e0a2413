import { BroadcastId, CameraId, HomeId } from '@nightlatch/protocol/ids';
import { LIVE_INIT_BYTES_MAX, LIVE_RECORD_BYTES_MAX, LiveTracks } from '@nightlatch/protocol/live';
import { decrypt, encrypt, importAeadKey, TAG_BYTES } from './aead.ts';
import { type Bytes, concat, uint32, utf8 } from './encoding.ts';
import { refuse } from './errors.ts';
import { derive, SECRET_BYTES } from './keys.ts';
import { parsed } from './signing.ts';

/** What a record says of itself in the clear; every record is bound to it. */
export interface LiveLabel {
  readonly home: HomeId;
  readonly camera: CameraId;
  readonly broadcast: BroadcastId;
}

export interface LiveHeader {
  readonly label: LiveLabel;
  /** `init` begins the broadcast: its tracks, and the initialization segment. A fragment is of MP4. */
  readonly kind: 'init' | 'fragment';
  /** Decoding can begin here. */
  readonly keyFrame: boolean;
  /** Counts the records of the broadcast from 0, the init included. */
  readonly sequence: number;
  /** Bytes of the header, and so the place of the ciphertext. */
  readonly headerBytes: number;
}

export interface OpenedRecord extends Pick<LiveHeader, 'kind' | 'keyFrame' | 'sequence'> {
  readonly plaintext: Bytes;
}

const MAGIC = utf8('NLl1');
/** Suite 1: HKDF-SHA-256 and AES-256-GCM. */
const SUITE = 1;
const KINDS = ['init', 'fragment'] as const;
const KEY_FRAME_FLAG = 1;
/** Magic, suite, kind, flags and sequence. */
const FIXED_BYTES = 4 + 1 + 1 + 1 + 4;
const SEQUENCE_OFFSET = 7;
const SEQUENCE_MAX = 0xffff_ffff;
const NONCE_PADDING = new Uint8Array(8);
const NO_SALT = new Uint8Array(0);

const prefixed = (text: string): Bytes => concat(Uint8Array.of(utf8(text).length), utf8(text));
const idsOf = ({ home, camera, broadcast }: LiveLabel): Bytes =>
  concat(prefixed(home), prefixed(camera), prefixed(broadcast));

async function keyOf(liveKey: Bytes): Promise<CryptoKey> {
  if (liveKey.length !== SECRET_BYTES) refuse('malformed', 'The key of a broadcast has 32 bytes.');
  return importAeadKey(await derive(liveKey, NO_SALT, SECRET_BYTES, 'nightlatch live record key v1'));
}

/** One key, one broadcast, one counter: the number of the record is its nonce. */
const nonceOf = (sequence: number): Bytes => concat(NONCE_PADDING, uint32(sequence));

/** Reads the header of a record. No key is needed, and nothing is proven: it is what the record says of itself. */
export function parseLiveHeader(record: Uint8Array): LiveHeader {
  if (record.length > LIVE_RECORD_BYTES_MAX) refuse('malformed', 'A live record is too long.');
  if (record.length < FIXED_BYTES) refuse('truncated', 'A live record ends within its header.');
  if (MAGIC.some((byte, index) => record[index] !== byte)) refuse('malformed', 'This is not a live record.');
  if (record[4] !== SUITE) refuse('malformed', 'A live record is of a suite that is not known here.');
  const kind = KINDS[(record[5] ?? 0) - 1] ?? refuse('malformed', 'A live record is of no known kind.');
  const flags = record[6] ?? 0;
  if (flags > KEY_FRAME_FLAG) refuse('malformed', 'A live record has flags that are not known here.');
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
  const sequence = view.getUint32(SEQUENCE_OFFSET);
  let offset = FIXED_BYTES;
  const text = (): string => {
    const length = record[offset] ?? 0;
    const start = offset + 1;
    offset = start + length;
    return String.fromCharCode(...record.subarray(start, offset));
  };
  const label = {
    home: parsed(HomeId, text(), 'The home of a live record'),
    camera: parsed(CameraId, text(), 'The camera of a live record'),
    broadcast: parsed(BroadcastId, text(), 'The broadcast of a live record'),
  };
  if (record.length < offset + TAG_BYTES) refuse('truncated', 'A live record ends before its tag.');
  return { label, kind, keyFrame: flags === KEY_FRAME_FLAG, sequence, headerBytes: offset };
}

export interface RecordSealer {
  /** Seals the next record. After a failure it seals nothing more. */
  seal(kind: LiveHeader['kind'], keyFrame: boolean, plaintext: Bytes): Promise<Bytes>;
  /** Leaves a number out, for a record that is dropped and never sealed: the viewer sees that something is missing. */
  skip(): void;
}

/** Seals the records of one broadcast under a key that has never sealed anything before. */
export async function createRecordSealer(label: LiveLabel, liveKey: Bytes): Promise<RecordSealer> {
  const key = await keyOf(liveKey);
  const ids = idsOf(label);
  let next = 0;
  let ended = false;
  return {
    async seal(kind, keyFrame, plaintext) {
      // All of this stands before the first await, so that two calls at once never share a number.
      if (ended || next > SEQUENCE_MAX) throw new Error('this broadcast has ended; a new one has a new key');
      const sequence = next++;
      const fixed = Uint8Array.of(SUITE, KINDS.indexOf(kind) + 1, keyFrame ? KEY_FRAME_FLAG : 0);
      const header = concat(MAGIC, fixed, uint32(sequence), ids);
      const bytesMax = kind === 'init' ? LIVE_INIT_BYTES_MAX : LIVE_RECORD_BYTES_MAX;
      if (header.length + plaintext.length + TAG_BYTES > bytesMax)
        throw new RangeError(`a live record of this kind has at most ${bytesMax} bytes`);
      try {
        return concat(header, await encrypt(key, nonceOf(sequence), header, plaintext));
      } catch (error) {
        ended = true;
        throw error;
      }
    },
    skip() {
      next += 1;
    },
  };
}

export interface RecordOpener {
  /**
   * Opens a record of exactly this broadcast. Numbers only grow: one that came before, or out of order, is `replayed`.
   * They may jump, where the way was too narrow; whoever plays them goes on at a key frame.
   */
  open(record: Uint8Array): Promise<OpenedRecord>;
}

export async function createRecordOpener(asked: LiveLabel, liveKey: Bytes): Promise<RecordOpener> {
  const key = await keyOf(liveKey);
  let newest = -1;
  return {
    async open(record) {
      const { label, kind, keyFrame, sequence, headerBytes } = parseLiveHeader(record);
      for (const field of ['home', 'camera', 'broadcast'] as const) {
        if (label[field] !== asked[field])
          refuse('wrong-subject', `A live record is of another ${field} than asked for.`);
      }
      if ((kind === 'init') !== (sequence === 0))
        refuse('malformed', 'The first record of a broadcast, and no other, begins it.');
      if (sequence <= newest) refuse('replayed', 'A live record came again, or out of order.');
      newest = sequence;
      const plaintext = await decrypt(
        key,
        nonceOf(sequence),
        new Uint8Array(record.slice(0, headerBytes)),
        new Uint8Array(record.slice(headerBytes)),
        { reason: 'damaged', message: 'A live record is damaged, or sealed under another key.' },
      );
      return { kind, keyFrame, sequence, plaintext };
    },
  };
}

const LENGTH_BYTES = 4;

/** The plaintext of the first record: the tracks as JSON behind its length, then the initialization segment. */
export function writeInit(tracks: LiveTracks, segment: Bytes): Bytes {
  const text = utf8(JSON.stringify(parsed(LiveTracks, tracks, 'The tracks of a broadcast')));
  return concat(uint32(text.length), text, segment);
}

export function readInit(plaintext: Bytes): { tracks: LiveTracks; segment: Bytes } {
  if (plaintext.length < LENGTH_BYTES) refuse('truncated', 'The beginning of a broadcast is too short.');
  const end = LENGTH_BYTES + new DataView(plaintext.buffer, plaintext.byteOffset).getUint32(0);
  if (end > plaintext.length) refuse('truncated', 'The beginning of a broadcast is too short.');
  const text = new TextDecoder().decode(plaintext.subarray(LENGTH_BYTES, end));
  let told: unknown;
  try {
    told = JSON.parse(text);
  } catch (cause) {
    return refuse('malformed', 'The tracks of a broadcast are not JSON.', cause);
  }
  return { tracks: parsed(LiveTracks, told, 'The tracks of a broadcast'), segment: plaintext.slice(end) };
}
