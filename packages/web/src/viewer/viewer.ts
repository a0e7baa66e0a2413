import type { DeletedSpan, EventRow, GapRow, MismatchReport } from '@nightlatch/protocol/events';
import type { CameraId, EventId, HomeId } from '@nightlatch/protocol/ids';
import {
  EventMetadata,
  type GapStatement,
  type Manifest,
  type ObjectKind,
} from '@nightlatch/protocol/manifest';
import { guards as allGuards, type Guards } from './guards.ts';
import { type Pins, patientPins } from './pins.ts';
import type { EventQuestion, ListQuestion, ObjectQuestion } from './question.ts';
import { Refusal, refusing } from './refusal.ts';
import type { Reporter } from './reporter.ts';
import type { Road, SealedBody } from './road.ts';
import { openSealedObject, readWhole, type SealedObject } from './sealed-object.ts';
import { type ArrivingEvent, isSeen, type SeenEvent, verifyRow } from './seen-event.ts';

export const PAGE_EVENTS = 30;
const THUMBNAIL_BYTES_MAX = 4 * 1024 * 1024;
const METADATA_BYTES_MAX = 64 * 1024;
/** Events whose newest revision is remembered, so that an older picture cannot come back. */
const REMEMBERED_EVENTS_MAX = 5_000;

export type ListItem =
  | { readonly kind: 'event'; readonly event: SeenEvent }
  | { readonly kind: 'arriving'; readonly arriving: ArrivingEvent }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export interface SeenPage {
  /** Newest first. A refused row keeps its place and nothing else. */
  readonly items: readonly ListItem[];
  readonly gaps: readonly GapStatement[];
  /** By the server, for nobody signs it: it explains a hole and opens nothing. */
  readonly deleted: readonly DeletedSpan[];
  readonly more: boolean;
}

export interface ClipOpening {
  readonly event: SeenEvent;
  readonly clip: SealedObject;
  readonly metadata: EventMetadata;
}

/** Lock 8: everything that a page shows of a home comes through here. One viewer serves one home. */
export interface Viewer {
  readonly home: HomeId;
  list(question: Omit<ListQuestion, 'home'>, signal: AbortSignal): Promise<SeenPage>;
  event(
    event: EventId,
    camera: CameraId | undefined,
    signal: AbortSignal,
  ): Promise<SeenEvent | ArrivingEvent>;
  /** The JPEG of an event's newest thumbnail; null where not all of it has arrived. */
  thumbnail(event: SeenEvent, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer> | null>;
  metadata(event: SeenEvent, signal: AbortSignal): Promise<EventMetadata | null>;
  /** The clip's bytes are asked for at once, beside the manifest, so that nothing waits for two round trips. */
  openClip(event: EventId, camera: CameraId | undefined, signal: AbortSignal): Promise<ClipOpening | null>;
  /** Asks again for the manifest of a growing clip. */
  renewClip(opening: ClipOpening, signal: AbortSignal): Promise<ClipOpening>;
  /** Tells the server of a refusal that the viewer itself did not see, such as of a clip that ends early. */
  refused(refusal: unknown, asked: MismatchReport['asked']): void;
}

export function createViewer(given: {
  readonly home: HomeId;
  readonly pins: Pins;
  readonly road: Road;
  readonly reporter: Reporter;
  readonly now: () => number;
  /** Only tests give another record than the whole one. */
  readonly guards?: Guards;
}): Viewer {
  const { home, road, reporter } = given;
  const guards = given.guards ?? allGuards;
  const pins = patientPins(given.pins, given.now);
  const seenRevisions = new Map<EventId, number>();

  /** Whatever is refused inside is reported, and thrown on. */
  async function reporting<T>(asked: MismatchReport['asked'], work: () => T | Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      refused(error, asked);
      throw error;
    }
  }

  function refused(error: unknown, asked: MismatchReport['asked']): void {
    if (error instanceof Refusal) reporter.report({ what: error.what, asked, reason: error.reason });
  }

  function notOlder(event: SeenEvent): SeenEvent {
    if (event.thumbnail === null) return event;
    guards.newestRevision(seenRevisions.get(event.event) ?? 0, event.thumbnail.revision);
    seenRevisions.delete(event.event);
    seenRevisions.set(event.event, event.thumbnail.revision);
    const [oldest] = seenRevisions.keys();
    if (seenRevisions.size > REMEMBERED_EVENTS_MAX && oldest !== undefined) seenRevisions.delete(oldest);
    return event;
  }

  async function rowOf(row: EventRow): Promise<SeenEvent | ArrivingEvent> {
    const seen = await verifyRow(row, { guards, pins });
    return isSeen(seen) ? notOlder(seen) : seen;
  }

  async function gapOf(row: GapRow, asked: ListQuestion): Promise<GapStatement> {
    if (asked.camera !== undefined && row.camera !== asked.camera) throw new Refusal('gap', 'gap-camera');
    const deviceKey = guards.cameraPinned(await pins.deviceKeyOf(row.camera));
    return refusing('gap', () => guards.gap(row.statement, { home, camera: row.camera }, deviceKey));
  }

  async function deletedOf(span: DeletedSpan, asked: ListQuestion): Promise<DeletedSpan> {
    if (asked.camera !== undefined && span.camera !== asked.camera)
      throw new Refusal('gap', 'deleted-camera');
    guards.cameraPinned(await pins.deviceKeyOf(span.camera));
    return span;
  }

  async function list(question: Omit<ListQuestion, 'home'>, signal: AbortSignal): Promise<SeenPage> {
    const asked: ListQuestion = { ...question, home };
    const page = await road.page(asked, PAGE_EVENTS, signal);
    const items: ListItem[] = [];
    let above: EventRow | null = null;
    for (const row of page.events) {
      try {
        const seen = await reporting({ camera: asked.camera }, () => {
          guards.rowHome(asked, row);
          guards.rowCamera(asked, row);
          guards.rowSpan(asked, row);
          if (above !== null) guards.rowOrder(above, row);
          return rowOf(row);
        });
        above = row;
        items.push(isSeen(seen) ? { kind: 'event', event: seen } : { kind: 'arriving', arriving: seen });
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        items.push({ kind: 'refused', refusal: error });
      }
    }
    const gaps: GapStatement[] = [];
    for (const row of page.gaps) {
      try {
        gaps.push(await reporting({ camera: asked.camera }, () => gapOf(row, asked)));
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        items.push({ kind: 'refused', refusal: error });
      }
    }
    const deleted: DeletedSpan[] = [];
    for (const span of page.deleted) {
      try {
        deleted.push(await reporting({ camera: asked.camera }, () => deletedOf(span, asked)));
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        items.push({ kind: 'refused', refusal: error });
      }
    }
    return { items, gaps, deleted, more: page.next !== null };
  }

  async function rowOfEvent(asked: EventQuestion, signal: AbortSignal): Promise<SeenEvent | ArrivingEvent> {
    const row = await road.event(asked.event, signal);
    return reporting({ event: asked.event, camera: asked.camera }, () => {
      guards.rowHome(asked, row);
      guards.rowEvent(asked, row);
      guards.rowCamera(asked, row);
      return rowOf(row);
    });
  }

  function objectOf(event: SeenEvent, manifest: Manifest, first?: Promise<SealedBody | null>): SealedObject {
    const asked: ObjectQuestion = {
      home,
      camera: event.camera,
      event: event.event,
      kind: manifest.kind,
      revision: manifest.revision,
    };
    const epochKey = () => refusing('epoch', () => pins.epochKey(event.camera, manifest.epoch));
    return openSealedObject({ asked, manifest, epochKey, guards, road, ...(first && { first }) });
  }

  /** The same object; what is refused while it is read is reported. */
  const reportingRead = (object: SealedObject, asked: MismatchReport['asked']): SealedObject => ({
    get manifest() {
      return object.manifest;
    },
    renew: (manifest) => object.renew(manifest),
    async *read(from, signal) {
      try {
        yield* object.read(from, signal);
      } catch (error) {
        refused(error, asked);
        throw error;
      }
    },
  });

  const aboutObject = (event: SeenEvent, kind: ObjectKind) => ({
    camera: event.camera,
    event: event.event,
    kind,
  });

  async function metadataOf(
    event: SeenEvent,
    signal: AbortSignal,
    first?: Promise<SealedBody | null>,
  ): Promise<EventMetadata | null> {
    const { metadata } = event;
    if (metadata === null) return null;
    return reporting(aboutObject(event, 'metadata'), async () => {
      const bytes = await readWhole(objectOf(event, metadata, first), METADATA_BYTES_MAX, signal);
      return bytes === null ? null : parseMetadata(bytes);
    });
  }

  async function openClip(
    event: EventId,
    camera: CameraId | undefined,
    signal: AbortSignal,
  ): Promise<ClipOpening | null> {
    const [clip, metadata] = (['clip', 'metadata'] as const).map((kind) => {
      const body = road.sealed({ home, event, kind, revision: 0 }, 0, signal);
      body.catch(() => undefined);
      return body;
    });
    let opened: ClipOpening | null = null;
    try {
      const seen = await rowOfEvent({ home, event, camera }, signal);
      if (!isSeen(seen) || seen.clipManifest === null) return null;
      const told = await metadataOf(seen, signal, metadata);
      if (told === null) return null;
      const sealed = objectOf(seen, seen.clipManifest, clip);
      opened = { event: seen, clip: reportingRead(sealed, aboutObject(seen, 'clip')), metadata: told };
      return opened;
    } finally {
      const unused = opened === null ? [clip, metadata] : [];
      for (const body of unused) body?.then((sealed) => sealed?.body.cancel()).catch(() => undefined);
    }
  }

  return {
    home,
    list,
    event: (event, camera, signal) => rowOfEvent({ home, event, camera }, signal),
    async thumbnail(event, signal) {
      const { thumbnail } = event;
      if (thumbnail === null) return null;
      return reporting(aboutObject(event, 'thumbnail'), () =>
        readWhole(objectOf(event, thumbnail), THUMBNAIL_BYTES_MAX, signal),
      );
    },
    metadata: (event, signal) => metadataOf(event, signal),
    openClip,
    async renewClip({ event, clip, metadata }, signal) {
      const seen = await rowOfEvent({ home, event: event.event, camera: event.camera }, signal);
      const { clipManifest } = isSeen(seen) ? seen : { clipManifest: null };
      if (!isSeen(seen) || clipManifest === null) return { event, clip, metadata };
      await reporting(aboutObject(event, 'clip'), () => clip.renew(clipManifest));
      return { event: seen, clip, metadata };
    },
    refused,
  };
}

function parseMetadata(bytes: Uint8Array<ArrayBuffer>): EventMetadata {
  try {
    return EventMetadata.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    throw new Refusal('object', 'metadata-malformed');
  }
}
