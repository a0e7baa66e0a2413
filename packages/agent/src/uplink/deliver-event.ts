import type { Output } from '@nightlatch/protocol/routes';
import type { Durable } from '../spool/clip-file.ts';
import type { EventRecord } from '../spool/event-record.ts';
import type { Spool } from '../spool/spool.ts';
import type { SpooledEvent } from '../spool/spooled-event.ts';
import type { CloudClient } from './client.ts';
import { CloudAway } from './failures.ts';
import { sendObject, type UploadSource } from './tus.ts';

export interface DeliverParts {
  readonly client: CloudClient;
  readonly spool: Spool;
  /** The manifest of the clip as far as it is durable; null where it has not begun. */
  readonly signClip: (record: EventRecord, chunks: Durable['chunks']) => Promise<string | null>;
}

export type Stored = Output<'agent.put-event'>['objects'];

/** The most that one request takes, by the contract. */
const MANIFESTS_MAX = 4;

/** The event was dropped from the spool while it was being sent. */
export class EventGone extends Error {}

/** One look at the record and the clip together: no byte is sent that the signed manifest does not have. */
export async function manifestsOf({ spool, signClip }: DeliverParts, event: SpooledEvent) {
  const record = event.record;
  const clip = await readable(event, () => spool.clipOf(event));
  const clipManifest = clip === null ? null : await signClip(record, clip.chunks);
  const manifests = record.objects.map((object) => object.manifest);
  if (clipManifest !== null) manifests.push(clipManifest);
  return { record, clip, clipManifest, manifests };
}

/**
 * Brings the cloud up to what is durable of the event now; it tries once. True once the event has ended and the cloud
 * has said of every object, after the final manifest, that it is complete: only then may it be deleted here.
 * @param announced what the cloud said of the event when it was told of it among others; null where it was not
 */
export async function deliverEvent(
  parts: DeliverParts,
  event: SpooledEvent,
  announced: Stored | null = null,
): Promise<boolean> {
  const { client } = parts;
  const { record, clip, clipManifest, manifests } = await manifestsOf(parts, event);
  const before = announced ?? (await putManifests(client, record, manifests));
  for (const { kind, revision, bytes } of record.objects) {
    if (isComplete(before, kind, revision)) continue;
    await send(parts, event, { kind, revision, bytes, whole: true });
  }
  const ended = record.state !== 'growing';
  if (clip !== null && clipManifest !== null && !isComplete(before, 'clip', 0)) {
    await send(parts, event, { kind: 'clip', revision: 0, bytes: clip.bytes, whole: ended });
  }
  if (!ended) return false;
  const after = isAll(record, clipManifest, before) ? before : await putManifests(client, record, manifests);
  if (isAll(record, clipManifest, after)) return true;
  throw new CloudAway('The cloud has not confirmed every part of an event yet.', { internal: true });
}

async function putManifests(client: CloudClient, record: EventRecord, manifests: string[]): Promise<Stored> {
  let objects: Stored = [];
  for (let start = 0; start < manifests.length; start += MANIFESTS_MAX) {
    const stored = await client.call('agent.put-event', {
      params: { event: record.event },
      input: { manifests: manifests.slice(start, start + MANIFESTS_MAX) },
    });
    if (stored.event !== record.event) throw new CloudAway('The cloud answered for another event.');
    objects = [
      ...objects.filter((old) => !isListed(stored.objects, old.kind, old.revision)),
      ...stored.objects,
    ];
  }
  return objects;
}

const isListed = (stored: Stored, kind: string, revision: number): boolean =>
  stored.some((object) => object.kind === kind && object.revision === revision);

const isComplete = (stored: Stored, kind: string, revision: number): boolean =>
  stored.some((object) => object.kind === kind && object.revision === revision && object.complete);

const isAll = (record: EventRecord, clipManifest: string | null, stored: Stored): boolean =>
  record.objects.every((object) => isComplete(stored, object.kind, object.revision)) &&
  (clipManifest === null || isComplete(stored, 'clip', 0));

async function send(
  { client, spool }: DeliverParts,
  event: SpooledEvent,
  object: { kind: 'clip' | 'thumbnail' | 'metadata'; revision: number; bytes: number; whole: boolean },
): Promise<void> {
  const { kind, revision, bytes, whole } = object;
  const source: UploadSource = {
    bytes,
    whole,
    read: (offset, maxBytes) => readable(event, () => spool.read(event, kind, revision, offset, maxBytes)),
  };
  await sendObject(client, { event: event.record.event, kind, revision }, source);
}

/** A read that fails because the event was dropped says so; any other failure of the disk is an error of its own. */
async function readable<Result>(event: SpooledEvent, read: () => Promise<Result>): Promise<Result> {
  if (event.gone) throw new EventGone();
  try {
    return await read();
  } catch (error) {
    if (event.gone) throw new EventGone();
    throw error;
  }
}
