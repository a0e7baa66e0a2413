import type { ReconnectSlot, ReconnectTicket } from '@nightlatch/protocol/live';

/** What the cloud has given while all was well, so that the agent can come back after an outage. */
export interface Comeback {
  /** The token of the session. */
  readonly token: string | null;
  readonly ticket: { readonly ticket: ReconnectTicket; readonly expiresAt: number } | null;
  readonly slot: ReconnectSlot | null;
}

/** Keeps it, so that it outlives the link; on disk, so that it outlives the process. */
export interface ComebackStore {
  readonly kept: Comeback;
  keep(change: Partial<Comeback>): void;
}

export const NO_COMEBACK: Comeback = { token: null, ticket: null, slot: null };

/** For as long as the process. */
export function keepInMemory(): ComebackStore {
  let kept = NO_COMEBACK;
  return {
    get kept() {
      return kept;
    },
    keep: (change) => {
      kept = { ...kept, ...change };
    },
  };
}
