import type { Account } from '@nightlatch/protocol/accounts';
import { createContext, useContext } from 'react';
import type { AccountSecrets } from './secrets.ts';

/**
 * Who uses this browser. `master` is there from log-in until the page is left or the recovery code is confirmed: it
 * is needed to wrap it under a new code, and is never stored.
 */
export type Session =
  | { readonly state: 'starting' }
  | { readonly state: 'unreachable'; readonly problem: string }
  | { readonly state: 'signed-out'; readonly notice: string | null }
  | {
      readonly state: 'signed-in';
      readonly account: Account;
      readonly secrets: AccountSecrets;
      readonly master: Uint8Array<ArrayBuffer> | null;
    };
export type SignedIn = Extract<Session, { state: 'signed-in' }>;

export interface SessionPlace {
  readonly session: Session;
  /** Takes over a finished log-in. */
  readonly enter: (entered: Omit<SignedIn, 'state'>) => void;
  /** Drops the master key from this page's memory. */
  readonly forgetMaster: () => void;
  /** Asks the cloud for the account again. */
  readonly renew: () => Promise<void>;
  /** Ends the session at the cloud and clears the keys from this browser. */
  readonly leave: () => Promise<void>;
}

export const SessionContext = createContext<SessionPlace | null>(null);

export function useSession(): SessionPlace {
  const place = useContext(SessionContext);
  if (place === null) throw new Error('useSession stands outside of SessionProvider');
  return place;
}

/** The signed-in session. Only pages behind the log-in call it. */
export function useSignedIn(): SignedIn {
  const { session } = useSession();
  if (session.state !== 'signed-in') throw new Error('this page stands behind the log-in');
  return session;
}
