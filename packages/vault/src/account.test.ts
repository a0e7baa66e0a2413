import assert from 'node:assert/strict';
import test from 'node:test';
import { WrappedMasterKey } from '@nightlatch/protocol/accounts';
import { masterKey, owner, ramp, stranger } from '../tests/making/fixed.ts';
import {
  accountIdOfKey,
  deriveAccountKeys,
  newMasterKey,
  unwrapMasterKey,
  wrapMasterKey,
} from './account.ts';
import { fromBase64Url, systemRandom, toBase64Url } from './encoding.ts';

const secret = ramp(0x77, 64);
const { account } = owner;
const wrapped = await wrapMasterKey(masterKey, secret, 'passphrase', account);

test('one master key gives one account, whose id is made from its signing key', async () => {
  assert.deepEqual((await deriveAccountKeys(masterKey)).keys, owner.keys);
  assert.equal(await accountIdOfKey(owner.keys.signingKey), account);
  assert.notEqual(stranger.account, account);
  assert.notDeepEqual(newMasterKey(systemRandom), newMasterKey(systemRandom));
});

test('the private keys of an account cannot be exported', async () => {
  for (const key of [owner.signing.privateKey, owner.sealing.privateKey, owner.sealing.keyPair.privateKey]) {
    assert.equal(key.extractable, false);
    await assert.rejects(crypto.subtle.exportKey('pkcs8', key));
  }
});

test('a wrapped master key opens with its secret, and is of the size that the protocol says', async () => {
  assert.equal(WrappedMasterKey.parse(wrapped), wrapped);
  assert.deepEqual(await unwrapMasterKey(wrapped, secret, 'passphrase', account), masterKey);
});

test('wrapping twice never uses one nonce', async () => {
  assert.notEqual(await wrapMasterKey(masterKey, secret, 'passphrase', account), wrapped);
});

test('another secret, another purpose and another account do not open it', async () => {
  const wrongKey = { reason: 'wrong-key' };
  await assert.rejects(unwrapMasterKey(wrapped, ramp(0x78, 64), 'passphrase', account), wrongKey);
  await assert.rejects(unwrapMasterKey(wrapped, secret, 'recovery', account), wrongKey);
  await assert.rejects(unwrapMasterKey(wrapped, secret, 'passphrase', stranger.account), wrongKey);
});

test('no bit of a wrapped master key can be turned, and nothing cut off', async () => {
  for (let byte = 0; byte < 60; byte++) {
    const bytes = fromBase64Url(wrapped);
    bytes[byte] = (bytes[byte] ?? 0) ^ 0x10;
    const turned = unwrapMasterKey(toBase64Url(bytes), secret, 'passphrase', account);
    await assert.rejects(turned, { reason: 'wrong-key' });
  }
  const cut = toBase64Url(fromBase64Url(wrapped).subarray(0, 59));
  await assert.rejects(unwrapMasterKey(cut, secret, 'passphrase', account), { reason: 'malformed' });
});

test('what opens but is not the master key of the account is refused: GCM alone does not commit to its key', async () => {
  const foreign = await wrapMasterKey(ramp(0xb0, 32), secret, 'passphrase', account);
  await assert.rejects(unwrapMasterKey(foreign, secret, 'passphrase', account), {
    reason: 'wrong-key',
    message: /not the master key of this account/,
  });
});

test('a master key of another length is refused', async () => {
  await assert.rejects(deriveAccountKeys(ramp(0, 31)), { reason: 'malformed' });
  await assert.rejects(wrapMasterKey(ramp(0, 31), secret, 'recovery', account), { reason: 'malformed' });
});
