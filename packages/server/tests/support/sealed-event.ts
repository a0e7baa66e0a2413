import { randomBytes } from 'node:crypto';
import type { CameraId, EventId, HomeId } from '@nightlatch/protocol/ids';
import { newEventId } from '@nightlatch/protocol/ids';
import type { Manifest, ObjectKind } from '@nightlatch/protocol/manifest';
import { createSealer, type ObjectLabel } from '@nightlatch/vault/container';
import { newContentKey, sealContentKey } from '@nightlatch/vault/content';
import { concat } from '@nightlatch/vault/encoding';
import { eventHash } from '@nightlatch/vault/manifest';

/** An object as an agent has it in its spool: the container, and its manifest after each chunk. */
export interface SealedObject {
  readonly label: ObjectLabel;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What the device signs when it is whole. */
  readonly manifest: Manifest;
  /** What it signs while only `chunks` of them are there. */
  growing(chunks: number): Manifest;
}

export interface SealedEvent {
  readonly event: EventId;
  readonly metadata: SealedObject;
  readonly thumbnail: SealedObject;
  readonly clip: SealedObject;
  /** What `previous` of the next event is. */
  readonly hash: string;
}

export interface EventPlace {
  readonly home: HomeId;
  readonly camera: CameraId;
  readonly epochPublicKey: string;
  readonly sequence: number;
  readonly previous: string | null;
  readonly startedAt: number;
  /** Plain bytes of the clip; each part becomes a chunk. */
  readonly clipParts?: readonly Uint8Array<ArrayBuffer>[];
  /** In place of made-up bytes, where somebody will look at the event. */
  readonly plain?: PlainEvent;
}

export interface PlainEvent {
  readonly metadata: Uint8Array<ArrayBuffer>;
  readonly thumbnail: Uint8Array<ArrayBuffer>;
  readonly clip: readonly {
    readonly bytes: Uint8Array<ArrayBuffer>;
    readonly keyAtMilliseconds: number | null;
  }[];
}

export async function sealEvent(place: EventPlace): Promise<SealedEvent> {
  const event = newEventId(randomBytes);
  const { home, camera, sequence, previous, startedAt } = place;
  const part = (bytes: number) => new Uint8Array(randomBytes(bytes));
  const { plain } = place;
  const clipKeys = plain?.clip.map(({ keyAtMilliseconds }) => keyAtMilliseconds);
  const seal = (kind: ObjectKind, parts: readonly Uint8Array<ArrayBuffer>[], keys?: (number | null)[]) =>
    sealObject(place, { home, camera, event, kind, revision: 0, epoch: 1 }, parts, keys);
  return {
    event,
    metadata: await seal('metadata', [
      plain?.metadata ?? new TextEncoder().encode('{"mediaType":"video/mp4"}'),
    ]),
    thumbnail: await seal('thumbnail', [plain?.thumbnail ?? part(9000)]),
    clip: await seal(
      'clip',
      plain?.clip.map(({ bytes }) => bytes) ?? place.clipParts ?? [part(60_000), part(65_536), part(30_000)],
      clipKeys,
    ),
    hash: await eventHash({ home, camera, event, sequence, startedAt, epoch: 1, previous }),
  };
}

async function sealObject(
  place: EventPlace,
  label: ObjectLabel,
  parts: readonly Uint8Array<ArrayBuffer>[],
  keys: readonly (number | null)[] = [0],
): Promise<SealedObject> {
  const contentKey = newContentKey(randomBytes);
  const sealer = await createSealer({ label, contentKey, random: randomBytes });
  const chunks: Manifest['chunks'] = [];
  const frames: Uint8Array[] = [];
  for (const [index, plaintext] of parts.entries()) {
    const { frame, sealed, hash } = await sealer.seal(plaintext, { final: index === parts.length - 1 });
    chunks.push([sealed.length, hash, keys[index] ?? null]);
    frames.push(frame);
  }
  const manifest: Manifest = {
    ...label,
    sequence: place.sequence,
    previous: place.previous,
    startedAt: place.startedAt,
    endedAt: place.startedAt + 20_000,
    state: 'complete',
    sealedKey: await sealContentKey(contentKey, { ...label, epochPublicKey: place.epochPublicKey }),
    headerHash: sealer.headerHash,
    headerBytes: sealer.header.length,
    chunks,
  };
  return {
    label,
    bytes: concat(sealer.header, ...frames),
    manifest,
    growing: (count) => ({ ...manifest, state: 'growing', endedAt: null, chunks: chunks.slice(0, count) }),
  };
}
