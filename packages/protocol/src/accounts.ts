import { z } from 'zod';
import { base64Url, Hash, Instant, PublicKey } from './encoding.ts';
import { AccountId, HomeId, LoginId, SessionId } from './ids.ts';

export const Email = z.string().trim().toLowerCase().max(254).pipe(z.email('not an e-mail address'));

/** One message of OPAQUE (RFC 9807), as the library writes it. */
const OpaqueMessage = base64Url(16, 1024);

/** The master key under a wrapping key: nonce (12 bytes), ciphertext, tag (60 bytes in all), AES-256-GCM. */
export const WrappedMasterKey = base64Url(60);

/** Public keys of an account; its id is made from `signingKey`. */
export const AccountKeys = z.object({ signingKey: PublicKey, sealingKey: PublicKey });
export type AccountKeys = z.infer<typeof AccountKeys>;

export const SignupStart = z.object({ email: Email, registrationRequest: OpaqueMessage });
export const SignupStarted = z.object({ registrationResponse: OpaqueMessage });
export const SignupFinish = z.object({
  email: Email,
  registrationRecord: OpaqueMessage,
  keys: AccountKeys,
  wrappedMasterKey: WrappedMasterKey,
});
/** The same answer whether or not the address already had an account. */
export const SignupFinished = z.object({ accepted: z.literal(true) });

export const LoginStart = z.object({ email: Email, startLoginRequest: OpaqueMessage });
export const LoginStarted = z.object({ login: LoginId, loginResponse: OpaqueMessage });
export const LoginFinish = z.object({ login: LoginId, finishLoginRequest: OpaqueMessage });

export const Account = z.object({
  account: AccountId,
  email: z.string(),
  keys: AccountKeys,
  wrappedMasterKey: WrappedMasterKey,
  /** Null until a recovery code has been confirmed. */
  wrappedMasterKeyByRecovery: WrappedMasterKey.nullable(),
  /** `recovery` may do nothing but set a new passphrase. */
  session: z.object({ session: SessionId, kind: z.enum(['full', 'recovery']), startedAt: Instant }),
  homes: z.array(z.object({ home: HomeId, role: z.enum(['owner']) })),
});
export type Account = z.infer<typeof Account>;

/**
 * The proof is derived from the recovery code; the server keeps its hash. Here as in a new passphrase `account` says whose
 * master key it is: in a session that is by now another account's nothing is changed, or that one would be locked out.
 */
export const RecoverySet = z.object({
  account: AccountId,
  recoveryProofHash: Hash,
  wrappedMasterKeyByRecovery: WrappedMasterKey,
});
export const RecoveryStart = z.object({ email: Email, recoveryProof: base64Url(32) });

export const PassphraseStart = z.object({ account: AccountId, registrationRequest: OpaqueMessage });
export const PassphraseFinish = z.object({
  account: AccountId,
  registrationRecord: OpaqueMessage,
  wrappedMasterKey: WrappedMasterKey,
});

export const Session = z.object({
  session: SessionId,
  /** Coarse, such as "Firefox on Linux". */
  device: z.string(),
  startedAt: Instant,
  lastSeenAt: Instant,
  current: z.boolean(),
});
export const Sessions = z.object({ sessions: z.array(Session) });
