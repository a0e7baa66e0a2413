import { z } from 'zod';

// Crockford's base32 without i, l, o and u: 26 characters carry 128 bits.
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const BODY = '[0-7][0-9a-hjkmnp-tv-z]{25}';
const idOf = (prefix: string) => z.string().regex(new RegExp(`^${prefix}_${BODY}$`), `not a ${prefix} id`);

export const AccountId = idOf('acct').brand<'AccountId'>();
export const HomeId = idOf('home').brand<'HomeId'>();
export const AgentId = idOf('agent').brand<'AgentId'>();
export const CameraId = idOf('cam').brand<'CameraId'>();
export const EventId = idOf('evt').brand<'EventId'>();
export const GapId = idOf('gap').brand<'GapId'>();
export const SessionId = idOf('sess').brand<'SessionId'>();
export const LoginId = idOf('login').brand<'LoginId'>();
export const PairingId = idOf('pair').brand<'PairingId'>();
export const DeliveryId = idOf('dlv').brand<'DeliveryId'>();
export const ReportId = idOf('rpt').brand<'ReportId'>();
/** One live upload of a camera, under one key. */
export const BroadcastId = idOf('live').brand<'BroadcastId'>();
/** One viewer at one broadcast after another, from opening the picture to leaving it. */
export const WatchId = idOf('watch').brand<'WatchId'>();

export type AccountId = z.infer<typeof AccountId>;
export type HomeId = z.infer<typeof HomeId>;
export type AgentId = z.infer<typeof AgentId>;
export type CameraId = z.infer<typeof CameraId>;
export type EventId = z.infer<typeof EventId>;
export type GapId = z.infer<typeof GapId>;
export type SessionId = z.infer<typeof SessionId>;
export type LoginId = z.infer<typeof LoginId>;
export type PairingId = z.infer<typeof PairingId>;
export type DeliveryId = z.infer<typeof DeliveryId>;
export type ReportId = z.infer<typeof ReportId>;
export type BroadcastId = z.infer<typeof BroadcastId>;
export type WatchId = z.infer<typeof WatchId>;

/** Sixteen bytes as 26 characters of Crockford's base32, most significant bit first. */
function encode128(bytes: Uint8Array): string {
  if (bytes.length !== 16) throw new RangeError(`an id carries 16 bytes, got ${bytes.length}`);
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  let text = '';
  for (let digit = 0; digit < 26; digit++) {
    text = (ALPHABET[Number(value & 31n)] ?? '') + text;
    value >>= 5n;
  }
  return text;
}

/** Source of randomness: `count` bytes. Injected, so that a seed can replay a run. */
export type RandomBytes = (count: number) => Uint8Array;

const minter =
  <Schema extends z.ZodType>(schema: Schema, prefix: string) =>
  (random: RandomBytes): z.output<Schema> =>
    schema.parse(`${prefix}_${encode128(random(16))}`);

export const newHomeId = minter(HomeId, 'home');
export const newCameraId = minter(CameraId, 'cam');
export const newEventId = minter(EventId, 'evt');
export const newGapId = minter(GapId, 'gap');
export const newSessionId = minter(SessionId, 'sess');
export const newLoginId = minter(LoginId, 'login');
export const newPairingId = minter(PairingId, 'pair');
export const newDeliveryId = minter(DeliveryId, 'dlv');
export const newReportId = minter(ReportId, 'rpt');
export const newBroadcastId = minter(BroadcastId, 'live');
export const newWatchId = minter(WatchId, 'watch');

/**
 * The id of an account or an agent is made from the SHA-256 of its Ed25519 public key (its first 16 bytes), so that
 * nobody can claim a key under another's id.
 */
export const accountIdOf = (signingKeyHash: Uint8Array): AccountId =>
  AccountId.parse(`acct_${encode128(signingKeyHash.subarray(0, 16))}`);
export const agentIdOf = (deviceKeyHash: Uint8Array): AgentId =>
  AgentId.parse(`agent_${encode128(deviceKeyHash.subarray(0, 16))}`);
