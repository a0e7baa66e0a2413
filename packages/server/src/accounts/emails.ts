import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import type { AccountId, RandomBytes } from '@nightlatch/protocol/ids';
import type { ServerKeys } from './server-keys.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Kinds of things that are found by a keyed hash; the kind is part of it, so that no two are comparable. */
type Indexed = 'email' | 'log-ins-by-email' | 'attempts-by-address';

export interface Emails {
  /** Nonce, ciphertext and tag; it opens for this account only. */
  seal(email: string, account: AccountId): Uint8Array;
  open(sealed: Uint8Array, account: AccountId): string;
  /** HMAC-SHA-256 under the installation's key, base64url: equal for equal values, and tells nothing else. */
  index(kind: Indexed, value: string): string;
}

export function makeEmails(keys: ServerKeys, random: RandomBytes): Emails {
  return {
    seal: (email, account) => {
      const nonce = random(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', keys.emailKey, nonce).setAAD(Buffer.from(account));
      return Buffer.concat([nonce, cipher.update(email, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    },
    open: (sealed, account) => {
      const tagAt = sealed.length - TAG_BYTES;
      const decipher = createDecipheriv('aes-256-gcm', keys.emailKey, sealed.subarray(0, NONCE_BYTES))
        .setAAD(Buffer.from(account))
        .setAuthTag(sealed.subarray(tagAt));
      return decipher.update(sealed.subarray(NONCE_BYTES, tagAt), undefined, 'utf8') + decipher.final('utf8');
    },
    index: (kind, value) =>
      createHmac('sha256', keys.indexKey).update(`${kind}\0${value}`).digest('base64url'),
  };
}
