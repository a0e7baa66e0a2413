import { z } from 'zod';
import { compactJws, Hash, Instant, PublicKey } from './encoding.ts';
import { HomeLogJws } from './homelog.ts';
import { AccountId, AgentId, HomeId, PairingId } from './ids.ts';

/**
 * A pairing code is 20 characters of Crockford's base32 in groups of four. The first group is the locator, which the
 * server sees; the other 80 bits are the secret, which it never sees and which authenticates both messages.
 */
export const PAIRING_CODE = /^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){4}$/;
export const PairingLocator = z
  .string()
  .regex(/^[0-9A-HJKMNP-TV-Z]{4}$/, 'not the first group of a pairing code');
export const PAIRING_SECONDS = 600;

/** Signed by the device key. */
export const PairingOffer = z.object({
  pairing: PairingId,
  agent: AgentId,
  deviceKey: PublicKey,
  expiresAt: Instant,
});
export type PairingOffer = z.infer<typeof PairingOffer>;
export const PAIRING_OFFER_TYP = 'nightlatch-pairing-offer+jwt';

/** Signed by the owner's signing key. `offerHash` is the SHA-256 of the offer's compact JWS. */
export const PairingAcceptance = z.object({
  pairing: PairingId,
  agent: AgentId,
  offerHash: Hash,
  home: HomeId,
  owner: AccountId,
  ownerKey: PublicKey,
  /** SHA-256 of the first entry of the home log. */
  genesisHash: Hash,
});
export type PairingAcceptance = z.infer<typeof PairingAcceptance>;
export const PAIRING_ACCEPTANCE_TYP = 'nightlatch-pairing-acceptance+jwt';

const PairingJws = compactJws(4096);
/** HMAC-SHA-256 of the JWS under a key derived from the code's secret. */
const PairingMac = Hash;

export const PairingOpen = z.object({ locator: PairingLocator, offer: PairingJws, mac: PairingMac });
export const PairingClaim = z.object({ locator: PairingLocator });
export const PairingClaimed = z.object({ offer: PairingJws, mac: PairingMac });
export const PairingAccept = z.object({
  pairing: PairingId,
  acceptance: PairingJws,
  mac: PairingMac,
  /** The home log's `pin-agent` entry, appended in the same transaction. */
  entry: HomeLogJws,
});
export const PairingState = z.discriminatedUnion('state', [
  z.object({ state: z.literal('waiting') }),
  z.object({ state: z.literal('expired') }),
  z.object({ state: z.literal('accepted'), acceptance: PairingJws, mac: PairingMac }),
]);
export type PairingState = z.infer<typeof PairingState>;
