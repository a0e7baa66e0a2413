import type { Hash } from '@nightlatch/protocol/encoding';
import type { EventRow } from '@nightlatch/protocol/events';
import type { CameraId, EventId, HomeId } from '@nightlatch/protocol/ids';
import type { Manifest, ObjectKind } from '@nightlatch/protocol/manifest';
import { eventHash } from '@nightlatch/vault/manifest';
import type { EventFacts, Guards } from './guards.ts';
import type { PatientPins } from './pins.ts';
import { refusing } from './refusal.ts';

/** An event whose row was held against what the camera signed. Only `verifyRow` makes one. */
export interface SeenEvent {
  readonly home: HomeId;
  readonly camera: CameraId;
  readonly event: EventId;
  readonly facts: EventFacts;
  /** What the next event of this camera names as the one before it. */
  readonly hash: Hash;
  readonly startedAt: number;
  readonly endedAt: number | null;
  /** By the server: how much of the clip it has. In doubt the manifest says more. */
  readonly clip: EventRow['clip'];
  readonly thumbnail: Manifest | null;
  readonly metadata: Manifest | null;
  readonly clipManifest: Manifest | null;
  /** By the server: whether it stays, whatever the home's retention says. */
  readonly favourite: boolean;
}

/** A row of which nothing signed has arrived yet: that there is something is all that may be told of it. */
export interface ArrivingEvent {
  readonly event: EventId;
  readonly camera: CameraId;
}

const newestOf = (manifests: readonly Manifest[], kind: ObjectKind): Manifest | null =>
  manifests
    .filter((manifest) => manifest.kind === kind)
    .reduce<Manifest | null>(
      (newest, manifest) => (newest === null || manifest.revision > newest.revision ? manifest : newest),
      null,
    );

/**
 * Verifies every manifest of a row under the pinned key of its camera, and the row against them. The checks of the
 * row itself (home, filter, place) come before, by the question that was asked.
 */
export async function verifyRow(
  row: EventRow,
  { guards, pins }: { readonly guards: Guards; readonly pins: PatientPins },
): Promise<SeenEvent | ArrivingEvent> {
  const { home, camera, event } = row;
  const deviceKey = guards.cameraPinned(await pins.deviceKeyOf(camera));
  const manifests: Manifest[] = [];
  for (const { kind, revision, manifest } of row.objects)
    manifests.push(
      await refusing('manifest', () =>
        guards.manifest(manifest, { home, camera, event, kind, revision }, deviceKey),
      ),
    );
  const [first, ...others] = manifests;
  if (first === undefined) return { event, camera };
  guards.rowFacts(row, first);
  for (const other of others) guards.sameEvent(first, other);
  const clipManifest = newestOf(manifests, 'clip');
  const signedEnd = manifests.find((manifest) => manifest.endedAt !== null)?.endedAt ?? null;
  return {
    home,
    camera,
    event,
    facts: first,
    hash: await eventHash(first),
    startedAt: first.startedAt,
    endedAt: signedEnd ?? row.endedAt,
    clip: row.clip,
    thumbnail: newestOf(manifests, 'thumbnail'),
    metadata: newestOf(manifests, 'metadata'),
    clipManifest,
    favourite: row.favourite,
  };
}

export const isSeen = (event: SeenEvent | ArrivingEvent): event is SeenEvent => 'facts' in event;
