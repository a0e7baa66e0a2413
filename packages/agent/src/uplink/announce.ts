import { EVENT_MANIFESTS_MAX, EVENTS_PUT_BYTES_MAX, EVENTS_PUT_MAX } from '@nightlatch/protocol/agents';
import { Manifest } from '@nightlatch/protocol/manifest';
import type { DeviceKey } from '@nightlatch/vault/device';
import { VaultError } from '@nightlatch/vault/errors';
import { signBatch, verifyManifest } from '@nightlatch/vault/manifest';
import { unverifiedPayload } from '@nightlatch/vault/signing';
import type { SpooledEvent } from '../spool/spooled-event.ts';
import { type DeliverParts, EventGone, manifestsOf, type Stored } from './deliver-event.ts';
import { CloudAway } from './failures.ts';

export interface AnnounceParts extends DeliverParts {
  readonly device: DeviceKey;
}

/** What JSON around the manifests takes, generously. */
const BYTES_MAX = EVENTS_PUT_BYTES_MAX - EVENTS_PUT_MAX * 1024;

/**
 * Tells the cloud of many events in one request, oldest first, so that all are known before the first of their pictures is
 * sent; it tries once. Answers what the cloud has of each. An event that is not in the answer was left out, did not fit, or
 * was refused: it is sent by itself, and hears why.
 */
export async function announce(
  parts: AnnounceParts,
  waiting: readonly SpooledEvent[],
): Promise<Map<SpooledEvent, Stored>> {
  const { client, device } = parts;
  const sent: { event: SpooledEvent; manifests: readonly string[] }[] = [];
  const home = waiting[0]?.record.home;
  let bytes = 0;
  for (const event of waiting) {
    if (sent.length === EVENTS_PUT_MAX) break;
    const manifests = event.record.home === home ? await ownManifests(parts, event) : null;
    if (manifests === null) continue;
    bytes += manifests.reduce((sum, { length }) => sum + length, 0);
    if (bytes > BYTES_MAX) break;
    sent.push({ event, manifests });
  }
  const known = new Map<SpooledEvent, Stored>();
  if (home === undefined || sent.length < 2) return known;
  const all = sent.flatMap(({ manifests }) => manifests);
  const { events } = await client.call('agent.put-events', {
    input: {
      statement: await signBatch(all, { agent: device.agent, home }, device.privateKey),
      events: sent.map(({ event, manifests }) => ({ event: event.record.event, manifests: [...manifests] })),
    },
  });
  for (const [index, { event }] of sent.entries()) {
    const answer = events[index];
    if (answer?.event !== event.record.event) throw new CloudAway('The cloud answered for another event.');
    if ('objects' in answer) known.set(event, answer.objects);
  }
  return known;
}

/**
 * The event's manifests, each verified as its viewers will: the cloud takes this agent's word for a batch, and what lay
 * damaged on the disk would be refused only where somebody looks. Null for an event that has to go by itself.
 */
async function ownManifests(parts: AnnounceParts, event: SpooledEvent): Promise<readonly string[] | null> {
  try {
    const { manifests, record } = await manifestsOf(parts, event);
    if (manifests.length === 0 || manifests.length > EVENT_MANIFESTS_MAX) return null;
    for (const jws of manifests) {
      const { kind } = unverifiedPayload(jws, Manifest);
      await verifyManifest(jws, { ...record, kind }, parts.device.publicKey);
    }
    return manifests;
  } catch (error) {
    if (error instanceof EventGone || error instanceof VaultError) return null;
    throw error;
  }
}
