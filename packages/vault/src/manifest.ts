import type { Hash, PublicKey } from '@nightlatch/protocol/encoding';
import type { AgentId, CameraId, EventId, HomeId } from '@nightlatch/protocol/ids';
import {
  BATCH_TYP,
  BatchStatement,
  GAP_TYP,
  GapStatement,
  MANIFEST_TYP,
  Manifest,
  type ObjectKind,
} from '@nightlatch/protocol/manifest';
import { type Bytes, hashBytes, hashText, lengthPrefixed } from './encoding.ts';
import { refuse } from './errors.ts';
import { coveredPayload, parsed, signJws, verifyJws } from './signing.ts';

/** What the caller asked for. Without a revision any will do. */
export interface ExpectedManifest {
  readonly home: HomeId;
  readonly camera: CameraId;
  readonly event: EventId;
  readonly kind: ObjectKind;
  readonly revision?: number;
}

/** What the schema cannot say of a manifest, for signer and verifier alike. */
function checkManifest(manifest: Manifest): void {
  if (manifest.kind !== 'thumbnail' && manifest.revision !== 0) {
    refuse('malformed', 'Only thumbnails have revisions.');
  }
  if (manifest.endedAt !== null && manifest.endedAt < manifest.startedAt) {
    refuse('malformed', 'An event cannot end before it starts.');
  }
  if ((manifest.sequence === 1) !== (manifest.previous === null)) {
    refuse('broken-chain', 'The first event of a camera has no previous one, and every other has one.');
  }
}

/** The manifest as a JWS by the device key; `malformed` where it is not one. */
export async function signManifest(manifest: Manifest, privateKey: CryptoKey): Promise<string> {
  const complete = parsed(Manifest, manifest, 'A manifest');
  checkManifest(complete);
  return signJws(complete, { typ: MANIFEST_TYP, privateKey });
}

/** The manifest, signed by `deviceKey` and of exactly the object that was asked for. */
export async function verifyManifest(
  jws: string,
  expected: ExpectedManifest,
  deviceKey: PublicKey,
): Promise<Manifest> {
  const manifest = await verifyJws(jws, { typ: MANIFEST_TYP, publicKey: deviceKey, schema: Manifest });
  for (const field of ['home', 'camera', 'event', 'kind'] as const) {
    if (manifest[field] !== expected[field]) {
      refuse('wrong-subject', `The manifest is of another ${field} than asked for.`);
    }
  }
  if (expected.revision !== undefined && manifest.revision !== expected.revision) {
    refuse('wrong-subject', 'The manifest is of another revision than asked for.');
  }
  checkManifest(manifest);
  return manifest;
}

const hashOfBatch = (manifests: readonly string[]): Promise<Hash> => hashText(manifests.join('\n'));

/** A statement over manifests that are sent together, as a JWS by the device key. */
export const signBatch = async (
  manifests: readonly string[],
  { agent, home }: { readonly agent: AgentId; readonly home: HomeId },
  privateKey: CryptoKey,
): Promise<string> =>
  signJws({ agent, home, manifests: await hashOfBatch(manifests) }, { typ: BATCH_TYP, privateKey });

/**
 * Refuses unless the device key has signed that it sends exactly these manifests, in this order, for this home. Then
 * `coveredManifest` tells what each of them says.
 */
export async function verifyBatch(
  statement: string,
  manifests: readonly string[],
  expected: { readonly agent: AgentId; readonly home: HomeId },
  deviceKey: PublicKey,
): Promise<void> {
  const said = await verifyJws(statement, {
    typ: BATCH_TYP,
    publicKey: deviceKey,
    schema: BatchStatement,
  });
  if (said.agent !== expected.agent || said.home !== expected.home)
    refuse('wrong-subject', 'The manifests are for another home, or by another agent.');
  if (said.manifests !== (await hashOfBatch(manifests)))
    refuse('damaged', 'The manifests are not the ones that were signed for.');
}

/** A manifest of exactly this event, out of a batch that was verified. Whoever shows it to somebody verifies its own signature. */
export function coveredManifest(
  jws: string,
  expected: { readonly home: HomeId; readonly event: EventId },
): Manifest {
  const manifest = coveredPayload(jws, { typ: MANIFEST_TYP, schema: Manifest });
  for (const field of ['home', 'event'] as const)
    if (manifest[field] !== expected[field])
      refuse('wrong-subject', `The manifest is of another ${field} than asked for.`);
  checkManifest(manifest);
  return manifest;
}

export type EventLink = Pick<
  Manifest,
  'home' | 'camera' | 'event' | 'sequence' | 'startedAt' | 'epoch' | 'previous'
>;

/** The link from one event of a camera to the next: what `previous` of the next event must be. */
export const eventHash = (event: EventLink): Promise<Hash> =>
  hashBytes(
    lengthPrefixed(
      'nightlatch event v1',
      event.home,
      event.camera,
      event.event,
      String(event.sequence),
      String(event.startedAt),
      String(event.epoch),
      event.previous ?? '',
    ),
  );

/** Refuses a later event that does not follow from the earlier one; `truncated` where events between are missing. */
export async function checkFollows(earlier: EventLink, later: EventLink): Promise<void> {
  if (later.home !== earlier.home || later.camera !== earlier.camera) {
    refuse('wrong-subject', 'These events are not of one camera.');
  }
  if (later.sequence > earlier.sequence + 1) refuse('truncated', 'Events between these two are missing.');
  if (later.sequence !== earlier.sequence + 1 || later.previous !== (await eventHash(earlier))) {
    refuse('broken-chain', 'This event does not follow from the one before it.');
  }
}

/** Refuses a chunk that the manifest does not have at this place: `truncated` past its end, else `damaged`. */
export async function checkChunk(manifest: Manifest, index: number, sealed: Bytes): Promise<void> {
  const chunk = manifest.chunks[index];
  if (chunk === undefined) return refuse('truncated', `The manifest has no chunk ${index}.`);
  if (sealed.length !== chunk[0] || (await hashBytes(sealed)) !== chunk[1]) {
    refuse('damaged', `Chunk ${index} is not the one that was recorded.`);
  }
}

/** Whether chunk `index` must carry the final flag: only the last one of a complete object does. */
export const isFinalChunk = (manifest: Manifest, index: number): boolean =>
  manifest.state === 'complete' && index === manifest.chunks.length - 1;

/** What the schema cannot say of a gap, for signer and verifier alike. */
function checkGap(gap: GapStatement): void {
  if (gap.toSequence < gap.fromSequence || gap.to < gap.from) {
    refuse('malformed', 'A gap cannot end before it starts.');
  }
}

/** A statement of lost events as a JWS by the device key. */
export async function signGap(gap: GapStatement, privateKey: CryptoKey): Promise<string> {
  const complete = parsed(GapStatement, gap, 'A gap statement');
  checkGap(complete);
  return signJws(complete, { typ: GAP_TYP, privateKey });
}

/** The statement, signed by `deviceKey` and of exactly this home and camera. */
export async function verifyGap(
  jws: string,
  expected: { readonly home: HomeId; readonly camera: CameraId },
  deviceKey: PublicKey,
): Promise<GapStatement> {
  const gap = await verifyJws(jws, { typ: GAP_TYP, publicKey: deviceKey, schema: GapStatement });
  for (const field of ['home', 'camera'] as const) {
    if (gap[field] !== expected[field])
      refuse('wrong-subject', `The gap is of another ${field} than asked for.`);
  }
  checkGap(gap);
  return gap;
}
