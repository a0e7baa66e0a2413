import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, hkdfSync } from 'node:crypto';
import test from 'node:test';
import { ramp } from '../tests/making/fixed.ts';
import { concat, lengthPrefixed, toBase64Url } from './encoding.ts';
import { derive, importSigningKey, sealingKeyOf, signingKeyOf } from './keys.ts';
import { fromHex } from './vectors/expect.ts';

const publicOf = (prefix: string, secret: Uint8Array): string => {
  const key = Buffer.from(concat(fromHex(prefix), secret));
  const made = createPublicKey(createPrivateKey({ key, format: 'der', type: 'pkcs8' }));
  return made.export({ format: 'jwk' }).x ?? '';
};

test('Ed25519 has the public key of RFC 8032, section 7.1, test 1', async () => {
  const seed = fromHex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60');
  const wanted = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';
  assert.equal((await signingKeyOf(seed)).publicKey, toBase64Url(fromHex(wanted)));
});

test('public keys are those that node:crypto computes by itself', async () => {
  for (let start = 0; start < 8; start++) {
    const secret = ramp(start * 29, 32);
    const signing = await signingKeyOf(secret);
    assert.equal(signing.publicKey, publicOf('302e020100300506032b657004220420', secret));
    const sealing = await sealingKeyOf(secret);
    assert.equal(sealing.publicKey, publicOf('302e020100300506032b656e04220420', secret));
  }
});

test('derivation is HKDF-SHA-256 over a length-prefixed purpose', async () => {
  const [secret, salt] = [ramp(1, 32), ramp(2, 32)];
  const wanted = hkdfSync('sha256', secret, salt, lengthPrefixed('a', 'b'), 32);
  assert.deepEqual(await derive(secret, salt, 32, 'a', 'b'), new Uint8Array(wanted));
});

test('a private key of another length is refused', async () => {
  await assert.rejects(sealingKeyOf(ramp(0, 31)), { reason: 'malformed' });
  await assert.rejects(signingKeyOf(ramp(0, 33)), { reason: 'malformed' });
});

test('a document that is no key is refused, and not thrown otherwise', async () => {
  await assert.rejects(importSigningKey(ramp(0, 48)), { name: 'VaultError', reason: 'malformed' });
});
