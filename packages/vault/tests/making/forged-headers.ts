import type { PublicKey } from '@nightlatch/protocol/encoding';
import { fromBase64Url, toBase64Url, utf8 } from '../../src/encoding.ts';
import type { VaultReason } from '../../src/errors.ts';

export interface ForgedHeader {
  readonly name: string;
  readonly reason: VaultReason;
  readonly jws: string;
}

const segment = (value: object): string => toBase64Url(utf8(JSON.stringify(value)));

/** The same bytes written otherwise: the unused last bits of the last character are not zero. */
function respelled(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return text.slice(0, -1) + (alphabet[alphabet.indexOf(text.slice(-1)) + 1] ?? '');
}

/** What has been done to other people's JWS verifiers, done to a good statement of the key. */
export async function forgedHeaders(good: string, publicKey: PublicKey): Promise<ForgedHeader[]> {
  const [, payload = '', signature = ''] = good.split('.');
  const { typ } = JSON.parse(new TextDecoder().decode(fromBase64Url(good.split('.')[0] ?? '')));
  // HMAC with the public key as its secret: a verifier that believes `alg` takes it for a signature.
  const hs256Header = segment({ alg: 'HS256', typ });
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', fromBase64Url(publicKey), algorithm, false, ['sign']);
  const mac = await crypto.subtle.sign('HMAC', key, utf8(`${hs256Header}.${payload}`));
  const hs256 = `${hs256Header}.${payload}.${toBase64Url(new Uint8Array(mac))}`;
  const bit = fromBase64Url(signature);
  bit[0] = (bit[0] ?? 0) ^ 1;
  return [
    {
      name: 'alg none',
      reason: 'wrong-signature',
      jws: `${segment({ alg: 'none', typ })}.${payload}.${signature}`,
    },
    {
      name: 'alg none and no signature',
      reason: 'malformed',
      jws: `${segment({ alg: 'none', typ })}.${payload}.`,
    },
    { name: 'HS256 by the public key', reason: 'wrong-signature', jws: hs256 },
    { name: 'no typ', reason: 'wrong-type', jws: `${segment({ alg: 'EdDSA' })}.${payload}.${signature}` },
    {
      name: 'a header that brings its own key',
      reason: 'malformed',
      jws: `${segment({ alg: 'EdDSA', typ, jwk: { kty: 'OKP', crv: 'Ed25519', x: publicKey } })}.${payload}.${signature}`,
    },
    {
      name: 'a bit of the signature',
      reason: 'wrong-signature',
      jws: `${good.split('.')[0]}.${payload}.${toBase64Url(bit)}`,
    },
    { name: 'the signature respelled', reason: 'malformed', jws: respelled(good) },
    { name: 'a fourth part', reason: 'malformed', jws: `${good}.e30` },
  ];
}
