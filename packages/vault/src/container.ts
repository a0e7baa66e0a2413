import type { Hash } from '@nightlatch/protocol/encoding';
import type { RandomBytes } from '@nightlatch/protocol/ids';
import { CHUNK_BYTES_MAX, CHUNK_TAG_BYTES, CHUNKS_MAX } from '@nightlatch/protocol/manifest';
import { decrypt, encrypt, importAeadKey } from './aead.ts';
import { type Bytes, concat, drawn, hashBytes, sameBytes, sha256, uint32 } from './encoding.ts';
import { refuse } from './errors.ts';
import {
  COMMITMENT_BYTES,
  checkLabel,
  type ObjectLabel,
  parseHeader,
  SALT_BYTES,
  writeHeader,
} from './header.ts';
import { derive, SECRET_BYTES } from './keys.ts';

// biome-ignore lint/performance/noBarrelFile: the header is part of the container; users look for it here.
export { type ContainerHeader, type ObjectLabel, parseHeader } from './header.ts';

export interface SealedChunk {
  readonly index: number;
  /** The chunk as it stands in the container: its length, then `sealed`. */
  readonly frame: Bytes;
  /** Ciphertext and tag. */
  readonly sealed: Bytes;
  /** SHA-256 of `sealed`, as the manifest has it. */
  readonly hash: Hash;
}

export interface Sealer {
  readonly header: Bytes;
  readonly headerHash: Hash;
  /** Seals the next chunk of at most 64 KiB. After the final one, or after a failure, it seals nothing more. */
  seal(plaintext: Bytes, options: { final: boolean }): Promise<SealedChunk>;
}

export interface Opener {
  readonly label: ObjectLabel;
  readonly headerHash: Hash;
  /** Opens chunk `index` (from 0), in any order; `damaged` where place, final flag, header or bytes differ. */
  open(index: number, sealed: Bytes, options: { final: boolean }): Promise<Bytes>;
}

async function keysOf(contentKey: Bytes, salt: Bytes): Promise<{ key: CryptoKey; commitment: Bytes }> {
  if (contentKey.length !== SECRET_BYTES) refuse('malformed', 'A content key has 32 bytes.');
  return {
    key: await importAeadKey(await derive(contentKey, salt, SECRET_BYTES, 'nightlatch container key v1')),
    commitment: await derive(contentKey, salt, COMMITMENT_BYTES, 'nightlatch container commitment v1'),
  };
}

/** STREAM: seven zero bytes, the chunk's number, and whether it is the last. The key is the object's own. */
const nonceOf = (index: number, final: boolean): Bytes =>
  concat(new Uint8Array(7), uint32(index), Uint8Array.of(final ? 1 : 0));

/**
 * Starts a container under a content key that must never have sealed anything before. After a crash go on with the
 * stored ciphertext or mint a new key; a sealer cannot be resumed.
 */
export async function createSealer({
  label,
  contentKey,
  random,
}: {
  label: ObjectLabel;
  contentKey: Bytes;
  random: RandomBytes;
}): Promise<Sealer> {
  const salt = drawn(random, SALT_BYTES);
  const { key, commitment } = await keysOf(contentKey, salt);
  const header = writeHeader(label, salt, commitment);
  const additionalData = await sha256(header);
  let next = 0;
  let ended = false;
  return {
    header,
    headerHash: await hashBytes(header),
    async seal(plaintext, { final }) {
      // All of this stands before the first await, so that two calls at once never share a counter.
      if (ended) throw new Error('this container has ended; nothing more may be sealed under its key');
      if (plaintext.length > CHUNK_BYTES_MAX)
        throw new RangeError(`a chunk has at most ${CHUNK_BYTES_MAX} bytes`);
      if (next >= CHUNKS_MAX) throw new RangeError(`a container has at most ${CHUNKS_MAX} chunks`);
      const index = next++;
      ended = final;
      try {
        const sealed = await encrypt(key, nonceOf(index, final), additionalData, plaintext);
        return { index, sealed, frame: concat(uint32(sealed.length), sealed), hash: await hashBytes(sealed) };
      } catch (error) {
        ended = true;
        throw error;
      }
    },
  };
}

/**
 * Opens a container whose header must say exactly `label` (else `wrong-subject` or `wrong-epoch`) and whose key must be
 * the committed one (else `wrong-key`). Whether the container is whole is for the manifest to say: see `object.ts`.
 */
export async function createOpener({
  header,
  label,
  contentKey,
}: {
  header: Uint8Array;
  label: ObjectLabel;
  contentKey: Bytes;
}): Promise<Opener> {
  const found = parseHeader(header);
  checkLabel(found.label, label);
  const { key, commitment } = await keysOf(contentKey, found.salt);
  if (!sameBytes(commitment, found.commitment)) refuse('wrong-key', 'This is not the key of the container.');
  const additionalData = await sha256(found.header);
  return {
    label: found.label,
    headerHash: await hashBytes(found.header),
    async open(index, sealed, { final }) {
      if (!(Number.isInteger(index) && index >= 0 && index < CHUNKS_MAX)) {
        throw new RangeError(`a chunk's number goes from 0 to ${CHUNKS_MAX - 1}, got ${index}`);
      }
      checkSealedLength(sealed.length);
      return decrypt(key, nonceOf(index, final), additionalData, sealed, {
        reason: 'damaged',
        message: `Chunk ${index} is damaged, or belongs to another place or container.`,
      });
    },
  };
}

function checkSealedLength(length: number): void {
  if (length < CHUNK_TAG_BYTES || length > CHUNK_BYTES_MAX + CHUNK_TAG_BYTES) {
    refuse('malformed', `A sealed chunk cannot have ${length} bytes.`);
  }
}

export interface Frames {
  /** The sealed chunks that are whole, without their lengths. */
  readonly chunks: Bytes[];
  /** Where the first frame that is not whole begins. */
  readonly nextOffset: number;
  /** Bytes of that frame that are there already. */
  readonly tailBytes: number;
}

/** Splits the whole frames from a part of a container, from `offset` on. A length that cannot be is `malformed`. */
export function readFrames(bytes: Uint8Array, offset: number): Frames {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Bytes[] = [];
  let nextOffset = offset;
  while (nextOffset + 4 <= bytes.length) {
    const length = view.getUint32(nextOffset);
    checkSealedLength(length);
    const end = nextOffset + 4 + length;
    if (end > bytes.length) break;
    chunks.push(new Uint8Array(bytes.slice(nextOffset + 4, end)));
    nextOffset = end;
  }
  return { chunks, nextOffset, tailBytes: bytes.length - nextOffset };
}
