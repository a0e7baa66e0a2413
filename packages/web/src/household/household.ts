import type { Account } from '@nightlatch/protocol/accounts';
import type { PublicKey } from '@nightlatch/protocol/encoding';
import type { MismatchReport } from '@nightlatch/protocol/events';
import type { CameraId, HomeId } from '@nightlatch/protocol/ids';
import type { EpochKey } from '@nightlatch/vault/epoch';
import type { HomeState } from '@nightlatch/vault/homelog';
import { createContext, useContext } from 'react';
import type { z } from 'zod';
import type { AccountSecrets } from '../account/secrets.ts';

/** A home whose log this browser has verified. Everything a viewer trusts comes from here, never from a list. */
export interface Household {
  readonly account: Account;
  readonly home: HomeId;
  /** The home log as verified against this account's own signing key, and against the head pinned in this browser. */
  readonly log: HomeState;
  readonly sealing: AccountSecrets['sealing'];
  readonly signing: AccountSecrets['signing'];
  /** The opened key of an epoch. Throws VaultError where the log has no such epoch or no seal for this account. */
  readonly epochKey: (camera: CameraId, epoch: number) => Promise<EpochKey>;
  /** The device key of the agent that the log pins for this camera; null for a camera the log does not know. */
  readonly deviceKeyOf: (camera: CameraId) => PublicKey | null;
  /** The name given by the owner, opened; a plain word where there is none. */
  readonly cameraName: (camera: CameraId) => string;
  /** Tells the cloud of a mismatch, without the thing itself. Never throws: the refusal stands in any case. */
  readonly report: (mismatch: z.input<typeof MismatchReport>) => Promise<void>;
  /** Fetches and verifies what was appended since. Gives the new state. */
  readonly refreshLog: () => Promise<HomeState>;
}

export const HouseholdContext = createContext<Household | null>(null);

/** The verified home. Only pages inside HouseholdProvider call it. */
export function useHousehold(): Household {
  const household = useContext(HouseholdContext);
  if (household === null) throw new Error('useHousehold stands outside of HouseholdProvider');
  return household;
}
