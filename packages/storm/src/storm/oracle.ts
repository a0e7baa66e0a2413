import { createHash } from 'node:crypto';
import type { EventId, HomeId } from '@nightlatch/protocol/ids';
import type { Watermark } from './watermark.ts';

/** Something that came to somebody of whom it is not. */
export interface Crossing {
  readonly channel: 'list' | 'thumbnail' | 'opened';
  /** Whose app it came to, and of which home it is; null where nobody ever made it. */
  readonly to: HomeId;
  readonly of: string | null;
}

const CROSSINGS_TOLD_MAX = 20;

/**
 * Knows what each agent made, and judges what came to whom. It shares no code with the locks: it goes by the ids and the
 * hashes of what was sealed, which agents tell it before they send anything.
 */
export function createOracle() {
  const homeOfEvent = new Map<string, HomeId>();
  const homeOfBytes = new Map<string, HomeId>();
  const acknowledged = new Map<HomeId, Set<EventId>>();
  const crossings: Crossing[] = [];
  let deliveries = 0;
  let foreign = 0;
  let opened = 0;
  let foreignOpened = 0;

  const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64url');
  const crossed = (crossing: Crossing): void => {
    foreign += 1;
    if (crossings.length < CROSSINGS_TOLD_MAX) crossings.push(crossing);
  };
  return {
    made(home: HomeId, event: EventId, thumbnail: Uint8Array): void {
      homeOfEvent.set(event, home);
      homeOfBytes.set(digest(thumbnail), home);
    },
    acknowledged(home: HomeId, event: EventId): void {
      const known = acknowledged.get(home);
      if (known === undefined) acknowledged.set(home, new Set([event]));
      else known.add(event);
    },
    /** A row of the list came to an app of this home. */
    listed(to: HomeId, event: string): void {
      deliveries += 1;
      const of = homeOfEvent.get(event) ?? null;
      if (of !== to) crossed({ channel: 'list', to, of });
    },
    /** Bytes came to an app of this home. Answers whether they are its own. */
    came(to: HomeId, bytes: Uint8Array): boolean {
      deliveries += 1;
      const of = homeOfBytes.get(digest(bytes)) ?? null;
      if (of !== to) crossed({ channel: 'thumbnail', to, of });
      return of === to;
    },
    /** An app of this home has verified and opened a picture, and would show it. */
    shown(to: HomeId, { home }: Watermark): void {
      opened += 1;
      if (home === to) return;
      foreignOpened += 1;
      if (crossings.length < CROSSINGS_TOLD_MAX) crossings.push({ channel: 'opened', to, of: home });
    },
    acknowledgedOf: (home: HomeId): ReadonlySet<EventId> => acknowledged.get(home) ?? new Set(),
    tally: () => ({
      ...{ deliveries, foreignDeliveries: foreign, opened, foreignOpened, crossings },
      eventsAcknowledged: acknowledged.values().reduce((sum, { size }) => sum + size, 0),
    }),
  };
}
export type Oracle = ReturnType<typeof createOracle>;
