import { EVENT_MANIFESTS_MAX, EVENTS_PUT_BYTES_MAX, EVENTS_PUT_MAX } from '@nightlatch/protocol/agents';
import { Manifest } from '@nightlatch/protocol/manifest';
import type { DeviceKey } from '@nightlatch/vault/device';
import { VaultError } from '@nightlatch/vault/errors';
import { signBatch, verifyManifest } from '@nightlatch/vault/manifest';
import { unverifiedPayload } from '@nightlatch/vault/signing';
import type { SpooledEvent } from '../spool/spooled-event.ts';
import { type DeliverParts, EventGone, lookAt, type Seen, type Stored } from './deliver-event.ts';
import { CloudAway } from './failures.ts';

export interface AnnounceParts extends DeliverParts {
  readonly device: DeviceKey;
}

/** What the cloud answered of events that it was told of together. */
export interface Announced {
  /** What it has of each, and the manifests that it was told with. */
  readonly known: ReadonlyMap<SpooledEvent, { readonly seen: Seen; readonly stored: Stored }>;
  /** Those that can be in no such request, or were refused in it: each is sent by itself, and hears why. */
  readonly alone: readonly SpooledEvent[];
}

/** What JSON around the manifests takes, generously. */
const BYTES_MAX = EVENTS_PUT_BYTES_MAX - EVENTS_PUT_MAX * 1024;

export type Announce = (waiting: readonly SpooledEvent[]) => Promise<Announced>;

/**
 * Tells the cloud of many events in one request, as many of the first ones as go into it, so that all are known before the
 * first of their pictures is sent; and, told again after they were sent, it confirms them all. It tries once.
 */
export function createAnnounce(parts: AnnounceParts): Announce {
  /** What was verified for the last request: the same events are announced twice as a rule. */
  let verified: ReadonlySet<string> = new Set();
  const verify = async ({ record, manifests }: Seen): Promise<void> => {
    for (const jws of manifests) {
      // The manifest was found to be of this very event, for it says so itself.
      const { kind, event } = unverifiedPayload(jws, Manifest);
      if (event === record.event && verified.has(jws)) continue;
      await verifyManifest(jws, { ...record, kind }, parts.device.publicKey);
    }
  };

  /**
   * The event's manifests, each verified as its viewers will: the cloud takes this agent's word for a batch, and what lay
   * damaged on the disk would be refused only where somebody looks. Null for an event that has to go by itself.
   */
  const verifiedLook = async (event: SpooledEvent): Promise<Seen | null> => {
    try {
      const seen = await lookAt(parts, event);
      if (seen.manifests.length === 0 || seen.manifests.length > EVENT_MANIFESTS_MAX) return null;
      await verify(seen);
      return seen;
    } catch (error) {
      if (error instanceof EventGone || error instanceof VaultError) return null;
      throw error;
    }
  };

  return async (waiting) => {
    const { client, device } = parts;
    const sent: { event: SpooledEvent; seen: Seen }[] = [];
    const alone: SpooledEvent[] = [];
    let bytes = 0;
    for (const event of waiting) {
      if (sent.length === EVENTS_PUT_MAX) break;
      if (event.record.home !== waiting[0]?.record.home) continue;
      const seen = await verifiedLook(event);
      if (seen === null) {
        alone.push(event);
        continue;
      }
      bytes += seen.manifests.reduce((sum, { length }) => sum + length, 0);
      if (bytes > BYTES_MAX) break;
      sent.push({ event, seen });
    }
    const known = new Map<SpooledEvent, { seen: Seen; stored: Stored }>();
    const [first] = waiting;
    if (first === undefined) return { known, alone };
    // One event is no batch: by itself it takes no statement, and no more requests.
    if (sent.length < 2) {
      const single = [...alone, ...sent.map(({ event }) => event)];
      return { known, alone: single.length > 0 ? single : [first] };
    }
    const { home } = first.record;
    const all = sent.flatMap(({ seen }) => seen.manifests);
    verified = new Set(all);
    const { events } = await client.call('agent.put-events', {
      input: {
        statement: await signBatch(all, { agent: device.agent, home }, device.privateKey),
        events: sent.map(({ event, seen }) => ({
          event: event.record.event,
          manifests: [...seen.manifests],
        })),
      },
    });
    for (const [index, { event, seen }] of sent.entries()) {
      const answer = events[index];
      if (answer?.event !== event.record.event) throw new CloudAway('The cloud answered for another event.');
      if ('objects' in answer) known.set(event, { seen, stored: answer.objects });
      else alone.push(event);
    }
    return { known, alone };
  };
}
