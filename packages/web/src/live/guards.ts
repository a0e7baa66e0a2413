import type { BroadcastId } from '@nightlatch/protocol/ids';
import { openLiveGrant } from '@nightlatch/vault/live-keys';
import { createRecordOpener, type OpenedRecord } from '@nightlatch/vault/live-records';
import { Refusal } from '../viewer/refusal.ts';

/**
 * Every check between a live record and the screen, each by its name. A receiver takes them as a record so that a test
 * can compose it without one; the app has no other record than `liveGuards`.
 */
export const liveGuards = {
  /** Signed by the pinned agent, about this camera, for this very request, and of no epoch that has ended. */
  grant: openLiveGrant,
  /** A broadcast begins once: told again, old pictures would pass for new ones. */
  newBroadcast(seen: ReadonlySet<BroadcastId>, broadcast: BroadcastId): void {
    if (seen.has(broadcast)) throw new Refusal('live', 'broadcast-again');
  },
  /** Of this broadcast, under its key, and newer than every record before it. */
  opener: createRecordOpener,
  /** What comes first says what the pictures are; nothing is decoded by the word of anybody else. */
  beginsFirst(hasBegun: boolean, { kind }: Pick<OpenedRecord, 'kind'>): void {
    if (hasBegun !== (kind === 'fragment')) throw new Refusal('live', 'no-beginning');
  },
};

export type LiveGuards = typeof liveGuards;
