import type { Gate } from '../gate/gate.ts';
import type { Grant } from '../gate/grant.ts';
import { type OnMismatch, sameKeys } from '../gate/proof.ts';
import type { Hub } from '../hub/hub.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Limit } from '../limit.ts';
import type { Relay } from '../live/relay.ts';
import type { ObjectStore } from '../objects/store.ts';
import { notFound } from '../refusals.ts';
import { type LiveLimits, liveEgress } from './live.ts';
import { objectEgress } from './object.ts';
import { rowEgress } from './rows.ts';
import { type StreamLimits, streamEgress } from './stream.ts';
import type { DownloadLimits } from './watch.ts';

export interface EgressOptions {
  readonly gate: Pick<Gate, 'redeem' | 'member' | 'camera'>;
  readonly ledger: Ledger;
  readonly objects: Pick<ObjectStore, 'open'>;
  readonly hub: Pick<Hub, 'onHome' | 'onAccess' | 'onMissed'>;
  readonly relay: Pick<Relay, 'reaches' | 'watch'>;
  readonly onMismatch: OnMismatch;
  /** How often an account may open live pictures. */
  readonly watchLimit: Limit;
  readonly streams?: Partial<StreamLimits>;
  readonly downloads?: Partial<DownloadLimits>;
  readonly live?: Partial<LiveLimits>;
  /** Milliseconds of a clock that nobody sets. */
  readonly now?: () => number;
  /** Only a test that shows what the comparison is good for passes another; production has no setting for it. */
  readonly sameLabel?: (found: object, granted: object) => boolean;
  /** As `sameLabel`, for what a live record or grant says of itself. */
  readonly sameLive?: (told: object, granted: object) => boolean;
}

export interface EgressParts extends Required<Omit<EgressOptions, 'streams' | 'downloads' | 'live'>> {
  /** On everything that leaves: nobody between here and the viewer may keep it. */
  readonly headers: Readonly<Record<string, string>>;
  /** The content of a grant of the gate's, not used before, that says what was asked in this session; else refused. */
  readonly take: <Content extends object>(grant: Grant<Content>, asked: object) => Content;
  /** Tells the operator, and gives the error to throw: that of a thing which does not exist. */
  readonly refuse: (reason: string, asked: object) => Error;
}

const HEADERS = {
  'cache-control': 'private, no-store',
  vary: 'cookie',
  'x-content-type-options': 'nosniff',
};

/**
 * The only way out for what belongs to a home. It takes a grant, compares what the thing says of itself with the grant
 * and with the session that asked, writes the delivery down, and only then lets the first byte go.
 */
export function createEgress(options: EgressOptions) {
  const { gate, onMismatch } = options;
  const refuse = (reason: string, asked: object): Error => {
    onMismatch({ where: 'egress', reason, asked });
    return notFound();
  };
  const parts: EgressParts = {
    sameLabel: (found, granted) => sameKeys(granted, found) && sameKeys(found, granted),
    sameLive: (told, granted) => sameKeys(granted, told),
    now: () => performance.now(),
    ...options,
    headers: HEADERS,
    refuse,
    take: (grant, asked) => {
      if (!gate.redeem(grant)) throw refuse('the grant is not one of the gate, or was used', asked);
      if (!sameKeys(asked, grant.content))
        throw refuse('the grant says something else than was asked', asked);
      return grant.content;
    },
  };
  return {
    object: objectEgress(parts, options.downloads ?? {}),
    ...rowEgress(parts),
    ...streamEgress(parts, options.streams ?? {}),
    ...liveEgress(parts, options.live ?? {}),
  };
}
export type Egress = ReturnType<typeof createEgress>;
