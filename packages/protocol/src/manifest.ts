import { z } from 'zod';
import { compactJws, Hash, Instant } from './encoding.ts';
import { EpochNumber, SealedSecret } from './homelog.ts';
import { AgentId, CameraId, EventId, GapId, HomeId } from './ids.ts';

export const ObjectKind = z.enum(['clip', 'thumbnail', 'metadata']);
export type ObjectKind = z.infer<typeof ObjectKind>;

/** A better thumbnail replaces an earlier one as a new revision under a new key; clip and metadata stay at 0. */
export const Revision = z.number().int().min(0).max(7);

export const CHUNK_BYTES_MAX = 64 * 1024;
export const CHUNK_TAG_BYTES = 16;
/** Each chunk stands in the container behind its length, a 32-bit big-endian number. */
export const CHUNK_FRAME_BYTES = 4;
export const CHUNKS_MAX = 8192;

/**
 * One chunk: bytes of the sealed chunk (ciphertext and tag, without the length before it), the SHA-256 of these, and,
 * where a picture that can be decoded by itself starts with the chunk, its milliseconds from the start of the clip.
 */
export const ManifestChunk = z.tuple([
  z
    .number()
    .int()
    .min(CHUNK_TAG_BYTES)
    .max(CHUNK_BYTES_MAX + CHUNK_TAG_BYTES),
  Hash,
  z.number().int().min(0).nullable(),
]);
export type ManifestChunk = z.infer<typeof ManifestChunk>;

/** What the device key signs for every sealed object of an event. */
export const Manifest = z.object({
  home: HomeId,
  camera: CameraId,
  event: EventId,
  kind: ObjectKind,
  revision: Revision,
  epoch: EpochNumber,
  /** Counts the events of the camera from 1, without holes: a hole is a missing event. */
  sequence: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
  /** The hash of the camera's previous event (vault's `eventHash`); null for its first. */
  previous: Hash.nullable(),
  startedAt: Instant,
  /** Null while the event goes on. */
  endedAt: Instant.nullable(),
  /** `growing` is signed again as the clip grows; `interrupted` ended without its final chunk (a crash). */
  state: z.enum(['growing', 'complete', 'interrupted']),
  /** The object's content key, HPKE-sealed to the epoch key. */
  sealedKey: SealedSecret,
  /** SHA-256 of the container's header. */
  headerHash: Hash,
  headerBytes: z.number().int().min(1).max(4096),
  chunks: z.array(ManifestChunk).max(CHUNKS_MAX),
});
export type Manifest = z.infer<typeof Manifest>;

export const MANIFEST_TYP = 'nightlatch-manifest+jwt';
export const ManifestJws = compactJws(1024 * 1024);

/**
 * Signed by the device key over manifests that are sent together, so that the cloud has one signature to verify and not
 * one for each. `manifests` is the hash of all of them in their order, joined by line breaks, which no JWS has.
 */
export const BatchStatement = z.object({ agent: AgentId, home: HomeId, manifests: Hash });
export type BatchStatement = z.infer<typeof BatchStatement>;
export const BATCH_TYP = 'nightlatch-batch+jwt';
export const BatchJws = compactJws(1024);

/** Bytes of the whole container that a manifest describes. */
export const containerBytes = (manifest: Pick<Manifest, 'headerBytes' | 'chunks'>): number =>
  manifest.chunks.reduce((sum, [bytes]) => sum + CHUNK_FRAME_BYTES + bytes, manifest.headerBytes);

/** Events that were recorded and lost before the cloud had them, said by the agent and signed by the device key. */
export const GapStatement = z.object({
  gap: GapId,
  home: HomeId,
  camera: CameraId,
  fromSequence: z.number().int().min(1),
  toSequence: z.number().int().min(1),
  from: Instant,
  to: Instant,
  reason: z.enum(['spool-full', 'disk-full', 'spool-damaged']),
});
export type GapStatement = z.infer<typeof GapStatement>;
export const GAP_TYP = 'nightlatch-gap+jwt';
export const GapJws = compactJws(4096);

/** What is inside the sealed metadata object of an event, as JSON. */
export const EventMetadata = z.object({
  /** The type for MediaSource, such as `video/mp4; codecs="avc1.64001f,mp4a.40.2"`. */
  mediaType: z.string().max(256),
  widthPixels: z.number().int().min(1).max(16384),
  heightPixels: z.number().int().min(1).max(16384),
  hasAudio: z.boolean(),
  trigger: z.enum(['motion']),
  /** Where the motion began, as parts of the picture from 0 to 1. */
  motionBox: z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }).nullable(),
});
export type EventMetadata = z.infer<typeof EventMetadata>;
