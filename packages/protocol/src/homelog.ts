import { z } from 'zod';
import { base64Url, compactJws, Hash, Instant, PublicKey } from './encoding.ts';
import { AccountId, AgentId, CameraId, HomeId } from './ids.ts';

/** An HPKE ciphertext of a 32-byte secret: enc (32), ciphertext (32), tag (16). */
export const SealedSecret = base64Url(80);

/** The private half of an epoch key, sealed to one member. */
export const EpochSeal = z.object({
  member: AccountId,
  /** SHA-256 of the member's sealing key. */
  fingerprint: Hash,
  sealed: SealedSecret,
});
export type EpochSeal = z.infer<typeof EpochSeal>;

export const EPOCH_MAX = 0xffff_ffff;
export const EpochNumber = z.number().int().min(1).max(EPOCH_MAX);

export const HomeLogAction = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('create-home'),
    owner: AccountId,
    signingKey: PublicKey,
    sealingKey: PublicKey,
  }),
  z.object({ kind: z.literal('pin-agent'), agent: AgentId, deviceKey: PublicKey }),
  z.object({ kind: z.literal('add-camera'), camera: CameraId, agent: AgentId }),
  z.object({
    kind: z.literal('new-epoch'),
    camera: CameraId,
    epoch: EpochNumber,
    publicKey: PublicKey,
    seals: z.array(EpochSeal).min(1).max(256),
  }),
  /** The name, sealed to the camera's epoch key: enc (32), up to 256 bytes of UTF-8, tag (16). */
  z.object({
    kind: z.literal('name-camera'),
    camera: CameraId,
    epoch: EpochNumber,
    sealedName: base64Url(48, 304),
  }),
]);
export type HomeLogAction = z.infer<typeof HomeLogAction>;

/** The payload of one entry. `previous` is the SHA-256 of the previous entry's compact JWS; null in the first. */
export const HomeLogEntry = z.object({
  home: HomeId,
  sequence: z.number().int().min(0).max(1_000_000),
  previous: Hash.nullable(),
  at: Instant,
  action: HomeLogAction,
});
export type HomeLogEntry = z.infer<typeof HomeLogEntry>;

export const HOME_LOG_TYP = 'nightlatch-home-log+jwt';
export const HomeLogJws = compactJws(128 * 1024);

export const HOME_LOG_PAGE_ENTRIES = 256;
export const HomeLogPage = z.object({
  entries: z.array(HomeLogJws).max(HOME_LOG_PAGE_ENTRIES),
  more: z.boolean(),
});
export const HomeLogAppend = z.object({ entries: z.array(HomeLogJws).min(1).max(16) });
export const HomeLogHead = z.object({ sequence: z.number().int().min(0), hash: Hash });
export type HomeLogHead = z.infer<typeof HomeLogHead>;
