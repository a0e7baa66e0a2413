import { z } from 'zod';

/** Base64url without padding of `minBytes` to `maxBytes` bytes. */
export const base64Url = (minBytes: number, maxBytes: number = minBytes) =>
  z
    .string()
    .min(Math.ceil((minBytes * 4) / 3))
    .max(Math.ceil((maxBytes * 4) / 3))
    .regex(/^[A-Za-z0-9_-]*$/, 'not base64url');

/** A SHA-256 hash, base64url. */
export const Hash = base64Url(32);
export type Hash = z.infer<typeof Hash>;

/** An Ed25519 or X25519 public key, base64url of its 32 bytes. */
export const PublicKey = base64Url(32);
export type PublicKey = z.infer<typeof PublicKey>;

/** A compact JWS of at most `maxBytes` characters. */
export const compactJws = (maxBytes: number) =>
  z
    .string()
    .max(maxBytes)
    .regex(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/, 'not a compact JWS');

/** Milliseconds since 1970, UTC. */
export const Instant = z.number().int().min(0).max(8_640_000_000_000_000);
export type Instant = z.infer<typeof Instant>;
