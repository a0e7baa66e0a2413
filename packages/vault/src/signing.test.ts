import assert from 'node:assert/strict';
import test from 'node:test';
import { AgentAssertion } from '@nightlatch/protocol/agents';
import { device, otherDevice } from '../tests/making/fixed.ts';
import { forgedHeaders } from '../tests/making/forged-headers.ts';
import { toBase64Url, utf8 } from './encoding.ts';
import { signJws, unverifiedPayload, verifyJws } from './signing.ts';

const { privateKey, publicKey, agent } = device;
const typ = 'nightlatch-agent-session+jwt';
const payload = { agent, challenge: toBase64Url(new Uint8Array(32)) };
const good = await signJws(payload, { typ, privateKey });
const asked = { typ, publicKey, schema: AgentAssertion };

test('a statement signed by the key is given back as it was', async () => {
  assert.deepEqual(await verifyJws(good, asked), payload);
});

test('a statement by another key is refused', async () => {
  const other = { ...asked, publicKey: otherDevice.publicKey };
  await assert.rejects(verifyJws(good, other), { reason: 'wrong-signature' });
});

test('a statement of another type is refused, however well signed', async () => {
  await assert.rejects(verifyJws(good, { ...asked, typ: 'nightlatch-gap+jwt' }), { reason: 'wrong-type' });
});

for (const { name, reason, jws } of await forgedHeaders(good, publicKey)) {
  test(`refused: ${name}`, async () => {
    await assert.rejects(verifyJws(jws, asked), { name: 'VaultError', reason });
  });
}

test('a payload that was exchanged under its signature is refused', async () => {
  const [header, , signature] = good.split('.');
  const other = toBase64Url(utf8(JSON.stringify({ ...payload, agent: otherDevice.agent })));
  await assert.rejects(verifyJws(`${header}.${other}.${signature}`, asked), { reason: 'wrong-signature' });
});

test('a well-signed statement that is not of the schema is refused', async () => {
  const poor = await signJws({ agent }, { typ, privateKey });
  await assert.rejects(verifyJws(poor, asked), { reason: 'malformed' });
});

test('what is not JSON, not an object, or far too long is refused and not thrown otherwise', async () => {
  const text = (value: string) => toBase64Url(utf8(value));
  for (const header of ['', '{', '\u00e9']) {
    const jws = `${text(header) || '_w'}.${good.split('.').slice(1).join('.')}`;
    await assert.rejects(verifyJws(jws, asked), { reason: 'malformed', message: /not JSON/ }, header);
  }
  for (const header of ['null', '7', '[]']) {
    const jws = `${text(header)}.${good.split('.').slice(1).join('.')}`;
    await assert.rejects(verifyJws(jws, asked), { name: 'VaultError' }, header);
  }
  for (const jws of ['', '..', 'a.b', `${good}.`, 'é.é.é', `${good.slice(0, -4)}`]) {
    await assert.rejects(verifyJws(jws, asked), { reason: 'malformed' }, jws);
  }
  const long = `${good.split('.')[0]}.${'A'.repeat(1024 * 1024)}.${good.split('.')[2]}`;
  await assert.rejects(verifyJws(long, asked), { reason: 'malformed', message: /too long/ });
  await assert.rejects(signJws({ long: 'A'.repeat(1024 * 1024) }, { typ, privateKey }), /too long/);
});

test('a public key that is not a point, or of another length, is refused', async () => {
  for (const key of ['', 'AAAA', toBase64Url(new Uint8Array(33))]) {
    await assert.rejects(verifyJws(good, { ...asked, publicKey: key }), { reason: 'malformed' });
  }
});

test('a mixed-up key pair is found when it signs', async () => {
  const mixed = { typ, privateKey, publicKey: otherDevice.publicKey };
  await assert.rejects(signJws(payload, mixed), { reason: 'wrong-signature' });
});

test('an unverified payload is read, and is at least of the schema', () => {
  assert.deepEqual(unverifiedPayload(good, AgentAssertion), payload);
  assert.throws(() => unverifiedPayload('e30.e30.AA', AgentAssertion), { reason: 'malformed' });
});
