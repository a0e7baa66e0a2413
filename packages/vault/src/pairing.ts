import type { Hash, Instant } from '@nightlatch/protocol/encoding';
import type { AccountId, HomeId, PairingId, RandomBytes } from '@nightlatch/protocol/ids';
import {
  PAIRING_ACCEPTANCE_TYP,
  PAIRING_OFFER_TYP,
  PairingAcceptance,
  PairingOffer,
} from '@nightlatch/protocol/pairing';
import { accountIdOfKey } from './account.ts';
import { type DeviceKey, deviceIdentity } from './device.ts';
import { type Bytes, drawn, fixedBytes, hashText, toBase64Url, utf8 } from './encoding.ts';
import { refuse } from './errors.ts';
import { derive, type SigningKey } from './keys.ts';
import { signJws, unverifiedPayload, verifyJws } from './signing.ts';

export interface PairingCode {
  /** Five groups of four, as it is shown: `ABCD-EFGH-JKMN-PQRS-TVWX`. */
  readonly code: string;
  /** The first group; the server finds the offer by it. */
  readonly locator: string;
  /** 80 bits that the server never sees. */
  readonly secret: Bytes;
}

/** A signed message of the pairing and its MAC under the code's secret. */
export interface SealedOffer {
  readonly offer: string;
  readonly mac: string;
}
export interface SealedAcceptance {
  readonly acceptance: string;
  readonly mac: string;
}

// Crockford's base32: no I, L, O and U.
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODE_CHARACTERS = 20;
const GROUP_CHARACTERS = 4;
const SECRET_BYTES = 10;
const TEXT_CHARACTERS_MAX = 100;

/** A new code from 20 random bytes, five bits of each. */
export const newPairingCode = (random: RandomBytes): PairingCode =>
  codeOf(Array.from(drawn(random, CODE_CHARACTERS), (byte) => ALPHABET[byte & 31]).join(''));

/** The code however it was typed: any case, spaces or hyphens anywhere, O for 0, I and L for 1. */
export function parsePairingCode(text: string): PairingCode {
  if (text.length > TEXT_CHARACTERS_MAX) refuse('malformed', 'A pairing code has 20 characters.');
  const characters = text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\p{Dash}]/gu, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
  if (!/^[0-9A-HJKMNP-TV-Z]{20}$/.test(characters)) {
    refuse('malformed', 'A pairing code has 20 letters and digits in five groups.');
  }
  return codeOf(characters);
}

function codeOf(characters: string): PairingCode {
  const groups = characters.match(/.{4}/g) ?? [];
  let value = 0n;
  for (const character of characters.slice(GROUP_CHARACTERS)) {
    value = value * 32n + BigInt(ALPHABET.indexOf(character));
  }
  const secret = new Uint8Array(SECRET_BYTES);
  for (let index = SECRET_BYTES - 1; index >= 0; index--, value >>= 8n) secret[index] = Number(value & 0xffn);
  return { code: groups.join('-'), locator: characters.slice(0, GROUP_CHARACTERS), secret };
}

type Direction = 'offer' | 'acceptance';

/** Each direction has its own key, so that no message can be sent back as the answer to itself. */
async function macKey(secret: Bytes, direction: Direction, usage: 'sign' | 'verify'): Promise<CryptoKey> {
  if (secret.length !== SECRET_BYTES) refuse('malformed', 'The secret of a pairing code has 10 bytes.');
  const raw = await derive(secret, new Uint8Array(0), 32, 'nightlatch pairing mac v1', direction);
  return crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, [usage]);
}

async function macOf(secret: Bytes, direction: Direction, jws: string): Promise<string> {
  const mac = await crypto.subtle.sign('HMAC', await macKey(secret, direction, 'sign'), utf8(jws));
  return toBase64Url(new Uint8Array(mac));
}

async function checkMac(secret: Bytes, direction: Direction, jws: string, mac: string): Promise<void> {
  const key = await macKey(secret, direction, 'verify');
  const given = fixedBytes(mac, 32, 'The MAC of a pairing message');
  if (!(await crypto.subtle.verify('HMAC', key, given, utf8(jws)))) {
    refuse('wrong-key', 'This pairing message was not made with the same code.');
  }
}

/** What the agent offers: its device key, until `expiresAt`. */
export async function makeOffer(given: {
  readonly secret: Bytes;
  readonly device: DeviceKey;
  readonly pairing: PairingId;
  readonly expiresAt: Instant;
}): Promise<SealedOffer> {
  const { agent, publicKey, privateKey } = given.device;
  const payload: PairingOffer = {
    pairing: given.pairing,
    agent,
    deviceKey: publicKey,
    expiresAt: given.expiresAt,
  };
  const offer = await signJws(payload, { typ: PAIRING_OFFER_TYP, privateKey, publicKey });
  return { offer, mac: await macOf(given.secret, 'offer', offer) };
}

/** The offer is signed by the key that it names, and the agent's id is that key's. */
async function signedOffer(offer: string): Promise<PairingOffer> {
  const { deviceKey } = unverifiedPayload(offer, PairingOffer);
  const payload = await verifyJws(offer, {
    typ: PAIRING_OFFER_TYP,
    publicKey: deviceKey,
    schema: PairingOffer,
  });
  if (payload.agent !== (await deviceIdentity(deviceKey))) {
    refuse('wrong-subject', 'The offer names another agent than its key does.');
  }
  return payload;
}

/** For the owner's browser: the offer of exactly the agent that shows this code. */
export async function verifyOffer(given: {
  readonly offer: string;
  readonly mac: string;
  readonly secret: Bytes;
  readonly now: Instant;
}): Promise<PairingOffer> {
  await checkMac(given.secret, 'offer', given.offer, given.mac);
  const payload = await signedOffer(given.offer);
  if (given.now >= payload.expiresAt)
    refuse('expired', 'This pairing code has run out; ask the agent for a new one.');
  return payload;
}

/** The owner's answer, bound to this very offer. Verify the offer first. */
export async function acceptOffer(given: {
  readonly secret: Bytes;
  readonly offer: string;
  readonly home: HomeId;
  readonly owner: AccountId;
  readonly signing: SigningKey;
  readonly genesisHash: Hash;
}): Promise<SealedAcceptance> {
  const { pairing, agent } = await signedOffer(given.offer);
  const { privateKey, publicKey } = given.signing;
  const payload: PairingAcceptance = {
    pairing,
    agent,
    offerHash: await hashText(given.offer),
    home: given.home,
    owner: given.owner,
    ownerKey: publicKey,
    genesisHash: given.genesisHash,
  };
  const acceptance = await signJws(payload, { typ: PAIRING_ACCEPTANCE_TYP, privateKey, publicKey });
  return { acceptance, mac: await macOf(given.secret, 'acceptance', acceptance) };
}

/** For the agent: the answer to its own present offer, by somebody who has seen its code. */
export async function verifyAcceptance(given: {
  readonly acceptance: string;
  readonly mac: string;
  readonly secret: Bytes;
  /** The compact JWS that this agent sent. */
  readonly myOffer: string;
  readonly now: Instant;
}): Promise<PairingAcceptance> {
  await checkMac(given.secret, 'acceptance', given.acceptance, given.mac);
  const mine = await signedOffer(given.myOffer);
  const { ownerKey } = unverifiedPayload(given.acceptance, PairingAcceptance);
  const payload = await verifyJws(given.acceptance, {
    typ: PAIRING_ACCEPTANCE_TYP,
    publicKey: ownerKey,
    schema: PairingAcceptance,
  });
  if (payload.agent !== mine.agent) refuse('wrong-subject', 'This answer is for another agent.');
  if (payload.pairing !== mine.pairing || payload.offerHash !== (await hashText(given.myOffer))) {
    refuse('replayed', 'This answer is for another offer than the present one.');
  }
  if (payload.owner !== (await accountIdOfKey(ownerKey))) {
    refuse('wrong-subject', 'The owner is not the account of the key that signed.');
  }
  if (given.now >= mine.expiresAt) refuse('expired', 'This pairing code has run out; a new one is shown.');
  return payload;
}
