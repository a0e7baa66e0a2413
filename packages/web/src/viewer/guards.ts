import type { EventRow } from '@nightlatch/protocol/events';
import { CHUNK_FRAME_BYTES, type Manifest } from '@nightlatch/protocol/manifest';
import { createOpener, parseHeader } from '@nightlatch/vault/container';
import { openContentKey } from '@nightlatch/vault/content';
import { sha256, toBase64Url } from '@nightlatch/vault/encoding';
import { verifyGap, verifyManifest } from '@nightlatch/vault/manifest';
import type { EventQuestion, ListQuestion, ObjectQuestion } from './question.ts';
import { newestFirst } from './question.ts';
import { Refusal } from './refusal.ts';

/** What all manifests of one event must agree on, also with the row that the server keeps about it. */
export type EventFacts = Pick<
  Manifest,
  'home' | 'camera' | 'event' | 'sequence' | 'startedAt' | 'previous' | 'epoch'
>;

/**
 * Every check between an answer of the server and the screen, each by its name. The viewer takes them as a record so
 * that a test can compose it without one; the app has no other record than `guards`.
 */
export const guards = {
  /** The row is of the home that was asked for. */
  rowHome(asked: { readonly home: string }, row: EventRow): void {
    if (row.home !== asked.home) throw new Refusal('event', 'row-home');
  },
  /** The row is the event that was asked for. */
  rowEvent(asked: EventQuestion, row: EventRow): void {
    if (row.event !== asked.event) throw new Refusal('event', 'row-event');
  },
  /** The row passes the camera filter. */
  rowCamera(asked: { readonly camera?: string | undefined }, row: EventRow): void {
    if (asked.camera !== undefined && row.camera !== asked.camera) throw new Refusal('event', 'row-camera');
  },
  /** The row lies in the span and below the place that were asked for. */
  rowSpan(asked: ListQuestion, row: EventRow): void {
    if (asked.from !== undefined && row.startedAt < asked.from) throw new Refusal('event', 'row-span');
    if (asked.to !== undefined && row.startedAt >= asked.to) throw new Refusal('event', 'row-span');
    if (asked.before !== undefined && newestFirst(asked.before, row) >= 0)
      throw new Refusal('event', 'row-span');
  },
  /** The row stands below the one above it; the same event twice does not. */
  rowOrder(above: EventRow, row: EventRow): void {
    if (newestFirst(above, row) >= 0) throw new Refusal('event', 'row-order');
  },
  /** The camera is one that the owner added in the home log; answers with the device key pinned there. */
  cameraPinned(deviceKey: string | null): string {
    if (deviceKey === null) throw new Refusal('camera', 'camera-not-in-home-log');
    return deviceKey;
  },
  /** Signed by the pinned device, and about what was asked. */
  manifest: verifyManifest,
  /** The row tells of the event what the camera signed of it. */
  rowFacts(row: EventRow, facts: EventFacts): void {
    if (row.sequence !== facts.sequence || row.startedAt !== facts.startedAt || row.camera !== facts.camera)
      throw new Refusal('event', 'row-facts');
  },
  /** Two manifests of one event agree on when it was and where it stands. */
  sameEvent(one: EventFacts, other: EventFacts): void {
    if (
      one.sequence !== other.sequence ||
      one.startedAt !== other.startedAt ||
      one.previous !== other.previous ||
      one.epoch !== other.epoch
    )
      throw new Refusal('manifest', 'manifests-disagree');
  },
  /** A newer manifest of a growing clip extends the older one: nothing already said is unsaid. */
  extendsOlder(older: Manifest, newer: Manifest): void {
    const same =
      older.headerHash === newer.headerHash &&
      older.sealedKey === newer.sealedKey &&
      older.chunks.length <= newer.chunks.length &&
      older.chunks.every((chunk, index) => chunk[1] === newer.chunks[index]?.[1]) &&
      (older.state === 'growing' || older.chunks.length === newer.chunks.length);
    if (!same) throw new Refusal('manifest', 'rolled-back');
  },
  /** A picture is never older than one that was already seen of the same event. */
  newestRevision(seen: number, revision: number): void {
    if (revision < seen) throw new Refusal('manifest', 'stale-revision');
  },
  /** The container says of itself what was asked for. */
  headerLabel(asked: ObjectQuestion & { readonly epoch: number }, header: Uint8Array<ArrayBuffer>): void {
    const { label } = parseHeader(header);
    const same =
      label.home === asked.home &&
      label.camera === asked.camera &&
      label.event === asked.event &&
      label.kind === asked.kind &&
      label.revision === asked.revision &&
      label.epoch === asked.epoch;
    if (!same) throw new Refusal('object', 'header-label');
  },
  /** The header is the one that the camera signed. */
  async headerHash(manifest: Manifest, header: Uint8Array<ArrayBuffer>): Promise<void> {
    if (toBase64Url(await sha256(header)) !== manifest.headerHash) throw new Refusal('object', 'header-hash');
  },
  /** The chunk stands behind the length that the camera signed. */
  chunkLength(manifest: Manifest, index: number, frame: Uint8Array<ArrayBuffer>): void {
    const length = new DataView(frame.buffer, frame.byteOffset).getUint32(0);
    if (length !== manifest.chunks[index]?.[0]) throw new Refusal('object', 'chunk-length');
  },
  /** The sealed chunk is the one that the camera signed for this place. */
  async chunkHash(manifest: Manifest, index: number, frame: Uint8Array<ArrayBuffer>): Promise<void> {
    const sealed = frame.subarray(CHUNK_FRAME_BYTES);
    if (toBase64Url(await sha256(sealed)) !== manifest.chunks[index]?.[1])
      throw new Refusal('object', 'chunk-hash');
  },
  /** HPKE under the camera's epoch key, bound to what was asked for. */
  contentKey: openContentKey,
  /** The label once more, the key commitment, and AES-256-GCM for every chunk. */
  opener: createOpener,
  /** Signed by the pinned device, and about this home and camera. */
  gap: verifyGap,
};

export type Guards = typeof guards;
