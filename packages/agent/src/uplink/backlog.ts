import { EVENTS_PUT_MAX } from '@nightlatch/protocol/agents';
import type { SpooledEvent } from '../spool/spooled-event.ts';
import { type Announced, type AnnounceParts, createAnnounce } from './announce.ts';
import { type Delivery, deliverEvent, isConfirmed, sendLacking, unconfirmed } from './deliver-event.ts';
import { CloudAway } from './failures.ts';

/** Does something for an event and settles how it went. False when all has to wait. */
export type Attempt = (event: SpooledEvent, act: () => Promise<Delivery>) => Promise<boolean>;

export interface BacklogParts extends AnnounceParts {
  readonly attempt: Attempt;
  readonly noteSuccess: () => void;
  /** Waits where waiting helps. */
  readonly wait: (error: unknown) => Promise<void>;
}

/** Events whose uploads are under way beside each other; with those that are followed, what the cloud takes of one agent. */
const AT_ONCE = 2;
/** After so much the cloud is asked to confirm what it has, so that the disk has room again. */
const UNCONFIRMED_BYTES = 16 * 1024 * 1024;

/**
 * Brings recordings that are over into the cloud, oldest first, many with few requests. Each call is a round: one request
 * announces up to 64 events, those are deleted here of which the cloud then says that all of it is complete, and what it
 * lacks of the others is sent. It is the next round's announcement that confirms them.
 */
export function createBacklog(parts: BacklogParts) {
  const { attempt } = parts;
  const announce = createAnnounce(parts);
  /** Of which all was sent, and the cloud has not said yet that it has it. */
  const sent = new WeakSet<SpooledEvent>();
  /** No longer in a request with others. */
  const single = new WeakSet<SpooledEvent>();

  const deliverAlone = (event: SpooledEvent): Promise<boolean> =>
    attempt(event, () => deliverEvent(parts, event));

  /** Settles what the announcement says of each, and answers those of which something is lacking. */
  const settle = async (known: Announced['known']): Promise<SpooledEvent[]> => {
    const lacking: SpooledEvent[] = [];
    for (const [event, { seen, stored }] of known) {
      if (isConfirmed(seen, stored)) await attempt(event, async () => 'confirmed');
      else if (!sent.delete(event)) lacking.push(event);
      // Whatever it stumbles over, it is found by itself, and holds up no others.
      else {
        single.add(event);
        if (!(await attempt(event, () => Promise.reject(unconfirmed())))) return [];
      }
    }
    return lacking;
  };

  const send = async (
    events: readonly SpooledEvent[],
    known: Announced['known'],
    signal: AbortSignal,
  ): Promise<boolean> => {
    let isAway = false;
    let bytes = 0;
    const queue = events.values();
    const sendNext = async (): Promise<void> => {
      for (const event of queue) {
        const told = known.get(event);
        if (told === undefined) continue;
        bytes += event.bytes;
        const went = await attempt(event, async () => {
          await sendLacking(parts, event, told.seen, told.stored);
          sent.add(event);
          return 'sent';
        });
        if (!went) isAway = true;
        if (isAway || signal.aborted || bytes > UNCONFIRMED_BYTES) return;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, sendNext));
    return !isAway;
  };

  /** @param waiting at least one, oldest first */
  return async (waiting: readonly SpooledEvent[], signal: AbortSignal): Promise<void> => {
    const together = waiting.filter((event) => !single.has(event));
    const [first] = waiting;
    if (first !== undefined && single.has(first)) {
      await deliverAlone(first);
      return;
    }
    let announced: Announced;
    try {
      announced = await announce(together);
      parts.noteSuccess();
    } catch (error) {
      // Refused as a whole, or something here cannot be read: each by itself then hears why. So it does where the cloud
      // stumbles over them, for it may be over one of them.
      const isTheirs = !(error instanceof CloudAway) || error.internal;
      if (isTheirs) for (const event of together.slice(0, EVENTS_PUT_MAX)) single.add(event);
      await parts.wait(error);
      return;
    }
    for (const event of announced.alone) single.add(event);
    const lacking = await settle(announced.known);
    if (!(await send(lacking, announced.known, signal))) return;
    for (const event of announced.alone) if (signal.aborted || !(await deliverAlone(event))) return;
  };
}
