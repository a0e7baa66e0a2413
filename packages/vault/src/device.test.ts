import assert from 'node:assert/strict';
import test from 'node:test';
import { AgentId } from '@nightlatch/protocol/ids';
import { device, devicePkcs8, ramp } from '../tests/making/fixed.ts';
import { deviceIdentity, generateDeviceKey, importDeviceKey } from './device.ts';

test('a device key comes back from its document, with the same id', async () => {
  const made = await generateDeviceKey();
  const again = await importDeviceKey(made.pkcs8);
  assert.equal(again.publicKey, made.publicKey);
  assert.equal(again.agent, made.agent);
  assert.equal(AgentId.parse(made.agent), await deviceIdentity(made.publicKey));
  assert.equal(made.pkcs8.length, 48);
});

test('two agents never have one key', async () => {
  const [one, other] = [await generateDeviceKey(), await generateDeviceKey()];
  assert.notEqual(one.publicKey, other.publicKey);
  assert.notEqual(one.agent, other.agent);
});

test('the private half cannot be exported from the key', async () => {
  assert.equal(device.privateKey.extractable, false);
  await assert.rejects(crypto.subtle.exportKey('pkcs8', device.privateKey));
});

test('a document that is no Ed25519 key is refused', async () => {
  await assert.rejects(importDeviceKey(ramp(0, 48)), { reason: 'malformed' });
  await assert.rejects(importDeviceKey(devicePkcs8(1).slice(0, 47)), { reason: 'malformed' });
  const x25519 = devicePkcs8(1);
  x25519[11] = 0x6e;
  await assert.rejects(importDeviceKey(x25519), { reason: 'malformed' });
});
