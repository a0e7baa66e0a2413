import type { AccountId, EventId, HomeId, SessionId } from '@nightlatch/protocol/ids';
import type { ObjectKind } from '@nightlatch/protocol/manifest';

/** Who asks, and about which home. */
export interface AskedHome {
  readonly session: SessionId;
  readonly account: AccountId;
  readonly home: HomeId;
}

export interface AskedEvent extends AskedHome {
  readonly event: EventId;
}

export interface AskedObject extends AskedEvent {
  readonly kind: ObjectKind;
  readonly revision: number;
}

export const homeKeys = ({ session, account, home }: AskedHome): AskedHome => ({ session, account, home });
