import { Hash, Instant } from '@nightlatch/protocol/encoding';
import { EpochNumber, SealedSecret } from '@nightlatch/protocol/homelog';
import { CameraId, EventId, HomeId } from '@nightlatch/protocol/ids';
import {
  CHUNK_FRAME_BYTES,
  ManifestChunk,
  ManifestJws,
  ObjectKind,
  Revision,
} from '@nightlatch/protocol/manifest';
import { z } from 'zod';

/** A thumbnail or the metadata: sealed and signed in one go. */
export const WholeObject = z.strictObject({
  kind: ObjectKind.exclude(['clip']),
  revision: Revision,
  manifest: ManifestJws,
  bytes: z.number().int().min(1),
});
export type WholeObject = z.infer<typeof WholeObject>;

/** What a clip's manifest needs besides its chunks. The content key is not here: nobody at home can open the clip. */
export const ClipRecord = z.strictObject({
  sealedKey: SealedSecret,
  headerHash: Hash,
  headerBytes: z.number().int().min(1).max(4096),
});
export type ClipRecord = z.infer<typeof ClipRecord>;

/** The journal of one event, event.json in its directory. */
export const EventRecord = z.strictObject({
  version: z.literal(1),
  home: HomeId,
  camera: CameraId,
  event: EventId,
  epoch: EpochNumber,
  sequence: z.number().int().min(1),
  previous: Hash.nullable(),
  /** The vault's `eventHash`, which the camera's next event names as its `previous`. */
  hash: Hash,
  startedAt: Instant,
  endedAt: Instant.nullable(),
  state: z.enum(['growing', 'complete', 'interrupted']),
  objects: z.array(WholeObject).max(16),
  clip: ClipRecord.nullable(),
});
export type EventRecord = z.infer<typeof EventRecord>;

/**
 * One line of clip.index, written before its chunk: the chunk as the manifest has it, until when it reaches (in
 * milliseconds from the start of the clip), and in the last line when the recording ended.
 */
export const ClipLine = z.tuple([ManifestChunk, z.number().int().min(0), Instant.nullable()]);
export type ClipLine = z.infer<typeof ClipLine>;

export const frameBytes = (chunk: ManifestChunk): number => CHUNK_FRAME_BYTES + chunk[0];

/** The name says what was lost even where event.json cannot be read any more. */
export const directoryName = (ordinal: number, record: EventRecord): string =>
  [String(ordinal).padStart(12, '0'), record.event, record.camera, record.sequence].join('.');

export interface EventName {
  ordinal: number;
  event: EventId;
  camera: CameraId;
  sequence: number;
}

/** Null where the directory is none of ours. */
export function parseDirectoryName(name: string): EventName | null {
  const [ordinal, event, camera, sequence, ...rest] = name.split('.');
  const parsed = z
    .object({
      ordinal: z.coerce.number().int().min(0),
      event: EventId,
      camera: CameraId,
      sequence: z.coerce.number().int().min(1),
    })
    .safeParse({ ordinal, event, camera, sequence });
  return parsed.success && rest.length === 0 ? parsed.data : null;
}

export const objectFile = (kind: ObjectKind, revision: number): string => `${kind}.${revision}.sealed`;
export const CLIP_FILE = objectFile('clip', 0);
export const CLIP_INDEX = 'clip.index';
export const RECORD_FILE = 'event.json';
