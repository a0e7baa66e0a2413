/** Secrets of this installation; made at the first start, never changed, never logged. */
export interface ServerKeys {
  /** AES-256-GCM over e-mail addresses, 32 bytes. */
  readonly emailKey: Uint8Array;
  /** HMAC-SHA-256 for blind indexes of e-mail and network addresses, 32 bytes. */
  readonly indexKey: Uint8Array;
  /** HMAC-SHA-256 over the challenges given to agents, 32 bytes. */
  readonly challengeKey: Uint8Array;
  /** OPAQUE's server setup, as the library writes it. */
  readonly opaqueSetup: string;
}
