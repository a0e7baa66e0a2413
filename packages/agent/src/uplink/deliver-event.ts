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
  readonly spool: Pick<Spool, 'clipOf' | 'read'>;
  /** The manifest of the clip as far as it is durable; null where it has not begun. */
  readonly signClip: (record: EventRecord, chunks: Durable['chunks']) => Promise<string | null>;
}

export type Stored = Output<'agent.put-event'>['objects'];

/** The most that one request takes, by the contract. */
const MANIFESTS_MAX = 4;

/** The event was dropped from the spool while it was being sent. */
export class EventGone extends Error {}

/** What was durable of an event at one moment. */
export interface Seen {
  readonly record: EventRecord;
  readonly clip: Durable | null;
  readonly clipManifest: string | null;
  readonly manifests: readonly string[];
}

/** One look at the record and the clip together: no byte is sent that the signed manifest does not have. */
export async function lookAt({ spool, signClip }: DeliverParts, event: SpooledEvent): Promise<Seen> {
  const record = event.record;
  const clip = await readable(event, () => spool.clipOf(event));
  const clipManifest = clip === null ? null : await signClip(record, clip.chunks);
  const manifests = record.objects.map((object) => object.manifest);
  if (clipManifest !== null) manifests.push(clipManifest);
  return { record, clip, clipManifest, manifests };
}

/**
 * Whether the event may be deleted here: it has ended, and the cloud has said of every object, after the final manifest,
 * that it is complete.
 * @param stored what the cloud answered when it was sent the manifests of `seen`
 */
export const isConfirmed = ({ record, clipManifest }: Seen, stored: Stored): boolean =>
  record.state !== 'growing' &&
  record.objects.every((object) => isComplete(stored, object.kind, object.revision)) &&
  (clipManifest === null || isComplete(stored, 'clip', 0));

export const unconfirmed = (): CloudAway =>
  new CloudAway('The cloud has not confirmed every part of an event yet.', { internal: true });

/** Sends what the cloud lacks of all that was seen; it tries once. */
export async function sendLacking(
  parts: DeliverParts,
  event: SpooledEvent,
  { record, clip, clipManifest }: Seen,
  stored: Stored,
): Promise<void> {
  for (const { kind, revision, bytes } of record.objects)
    await send(parts, event, { kind, revision, bytes, whole: true }, stored);
  if (clip === null || clipManifest === null) return;
  const whole = record.state !== 'growing';
  await send(parts, event, { kind: 'clip', revision: 0, bytes: clip.bytes, whole }, stored);
}

/** `confirmed` is an event that may be deleted here; anything else of it has been sent, and no more. */
export type Delivery = 'confirmed' | 'sent';

/** Brings the cloud up to what is durable of the event now; it tries once. */
export async function deliverEvent(parts: DeliverParts, event: SpooledEvent): Promise<Delivery> {
  const seen = await lookAt(parts, event);
  const before = await putManifests(parts.client, seen);
  if (isConfirmed(seen, before)) return 'confirmed';
  await sendLacking(parts, event, seen, before);
  if (seen.record.state === 'growing') return 'sent';
  if (isConfirmed(seen, await putManifests(parts.client, seen))) return 'confirmed';
  throw unconfirmed();
}

async function putManifests(client: CloudClient, { record, manifests }: Seen): Promise<Stored> {
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

async function send(
  { client, spool }: DeliverParts,
  event: SpooledEvent,
  object: { kind: 'clip' | 'thumbnail' | 'metadata'; revision: number; bytes: number; whole: boolean },
  stored: Stored,
): Promise<void> {
  const { kind, revision, bytes, whole } = object;
  const there = stored.find((one) => one.kind === kind && one.revision === revision);
  if (there?.complete === true) return;
  const source: UploadSource = {
    bytes,
    whole,
    begun: (there?.receivedBytes ?? 0) > 0,
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
