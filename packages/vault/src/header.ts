import { EPOCH_MAX } from '@nightlatch/protocol/homelog';
import { CameraId, EventId, HomeId } from '@nightlatch/protocol/ids';
import { ObjectKind } from '@nightlatch/protocol/manifest';
import { type Bytes, concat, uint32, utf8 } from './encoding.ts';
import { refuse } from './errors.ts';
import { parsed } from './signing.ts';

/** What a sealed object is. It stands in the clear in the header, and every chunk is bound to it. */
export interface ObjectLabel {
  readonly home: HomeId;
  readonly camera: CameraId;
  readonly event: EventId;
  readonly kind: ObjectKind;
  readonly revision: number;
  readonly epoch: number;
}

export interface ContainerHeader {
  readonly label: ObjectLabel;
  /** Bytes of the header, and so the place of the first chunk's frame. */
  readonly headerBytes: number;
  readonly header: Bytes;
  readonly salt: Bytes;
  readonly commitment: Bytes;
}

const MAGIC = utf8('NLv1');
/** Suite 1: HKDF-SHA-256 and AES-256-GCM. */
const SUITE = 1;
export const SALT_BYTES = 32;
export const COMMITMENT_BYTES = 32;
const KINDS = ['clip', 'thumbnail', 'metadata'] as const;
const REVISION_MAX = 7;
/** Magic, length, suite, kind, revision and epoch. */
const FIXED_BYTES = 4 + 2 + 1 + 1 + 1 + 4;
const LENGTH_OFFSET = 4;
/** Longer than any header of this version: three ids of at most 255 bytes each would fit in it. */
export const HEADER_BYTES_MAX = 1024;

const prefixed = (text: string): Bytes => concat(Uint8Array.of(utf8(text).length), utf8(text));

/** The header of a container: see the byte layout in this package's README. */
export function writeHeader(label: ObjectLabel, salt: Bytes, commitment: Bytes): Bytes {
  const { revision, epoch } = label;
  if (!(Number.isInteger(revision) && revision >= 0 && revision <= REVISION_MAX)) {
    throw new RangeError(`a revision goes from 0 to ${REVISION_MAX}, got ${revision}`);
  }
  if (!(Number.isInteger(epoch) && epoch >= 1 && epoch <= EPOCH_MAX)) {
    throw new RangeError(`an epoch is a 32-bit number from 1, got ${epoch}`);
  }
  const ids = concat(prefixed(label.home), prefixed(label.camera), prefixed(label.event));
  const length = FIXED_BYTES + ids.length + SALT_BYTES + COMMITMENT_BYTES;
  return concat(
    MAGIC,
    Uint8Array.of(length >> 8, length & 0xff, SUITE, KINDS.indexOf(label.kind) + 1, revision),
    uint32(epoch),
    ids,
    salt,
    commitment,
  );
}

/**
 * Reads the header at the start of `bytes`, which may go on behind it. No key is needed, and nothing is proven: the
 * label is what the container says of itself. `truncated` where the bytes end within the header.
 */
export function parseHeader(bytes: Uint8Array): ContainerHeader {
  if (bytes.length < FIXED_BYTES) refuse('truncated', 'The container ends within its header.');
  if (MAGIC.some((byte, index) => bytes[index] !== byte))
    refuse('malformed', 'This is not a Nightlatch container.');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = view.getUint16(LENGTH_OFFSET);
  if (headerBytes > HEADER_BYTES_MAX) refuse('malformed', 'The header of the container is too long.');
  if (bytes.length < headerBytes) refuse('truncated', 'The container ends within its header.');
  if (view.getUint8(6) !== SUITE) refuse('malformed', 'The container is of a suite that is not known here.');
  const kind = KINDS[view.getUint8(7) - 1];
  const revision = view.getUint8(8);
  const epoch = view.getUint32(9);
  let offset = FIXED_BYTES;
  const take = (count: number): Bytes => {
    offset += count;
    return new Uint8Array(bytes.slice(offset - count, offset));
  };
  // A decoder drops a byte order mark, and then there would be two headers for one label.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const text = (): string => decoder.decode(take(take(1)[0] ?? 0));
  const home = parsed(HomeId, text(), 'The home in a container');
  const camera = parsed(CameraId, text(), 'The camera in a container');
  const event = parsed(EventId, text(), 'The event in a container');
  const salt = take(SALT_BYTES);
  const commitment = take(COMMITMENT_BYTES);
  if (offset !== headerBytes) refuse('malformed', 'The header of the container is not as long as its parts.');
  if (revision > REVISION_MAX || epoch === 0)
    refuse('malformed', 'The container has no such revision or epoch.');
  const label = {
    home,
    camera,
    event,
    kind: parsed(ObjectKind, kind, 'The kind of a container'),
    revision,
    epoch,
  };
  return { label, headerBytes, header: new Uint8Array(bytes.slice(0, headerBytes)), salt, commitment };
}

/** Refuses a label that differs in any field from what was asked for. */
export function checkLabel(found: ObjectLabel, asked: ObjectLabel): void {
  for (const field of ['home', 'camera', 'event', 'kind', 'revision'] as const) {
    if (found[field] !== asked[field])
      refuse('wrong-subject', `The container is of another ${field} than asked for.`);
  }
  if (found.epoch !== asked.epoch) refuse('wrong-epoch', 'The container is of another epoch than asked for.');
}
