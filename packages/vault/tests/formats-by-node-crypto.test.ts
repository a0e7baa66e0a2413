import assert from 'node:assert/strict';
import { createDecipheriv, createHash, createHmac, createPublicKey, hkdfSync, verify } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import type { Vectors } from '../src/vectors/check.ts';

/*
 * The formats read a second time, from the README alone, with node:crypto and without a line of the vault: what is
 * written there must be enough to write another implementation.
 */
const read = async <Name extends keyof Vectors>(name: Name): Promise<Vectors[Name]> =>
  JSON.parse(await readFile(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8'));

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const sha256 = (bytes: string | Buffer): Buffer => createHash('sha256').update(bytes).digest();
const prefixed = (...parts: string[]): Buffer =>
  Buffer.concat(
    parts.flatMap((part) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(Buffer.byteLength(part));
      return [length, Buffer.from(part)];
    }),
  );
const hkdf = (secret: Buffer, salt: Buffer, bytes: number, ...purpose: string[]): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, salt, prefixed(...purpose), bytes));
const none = Buffer.alloc(0);

function signedBy(jws: string, publicKey: string): boolean {
  const [header, payload, signature = ''] = jws.split('.');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
  return verify(null, Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'));
}

const headerOf = (jws: string): string => Buffer.from(jws.split('.')[0] ?? '', 'base64url').toString();
const payloadOf = (jws: string): string => Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString();

test('a container opens by its description', async () => {
  for (const { name, label, contentKey, salt, commitment, header, chunks } of (await read('container'))
    .cases) {
    const bytes = hex(header);
    assert.equal(bytes.subarray(0, 4).toString('latin1'), 'NLv1');
    assert.equal(bytes.readUInt16BE(4), bytes.length);
    assert.deepEqual(
      [...bytes.subarray(6, 9)],
      [1, ['', 'clip', 'thumbnail', 'metadata'].indexOf(label.kind), label.revision],
    );
    assert.equal(bytes.readUInt32BE(9), label.epoch);
    const ids = [label.home, label.camera, label.event].flatMap((id) => [
      Buffer.of(id.length),
      Buffer.from(id),
    ]);
    const rest = Buffer.concat([...ids, hex(salt), hex(commitment)]);
    assert.deepEqual(bytes.subarray(13), rest, name);

    const key = hkdf(hex(contentKey), hex(salt), 32, 'nightlatch container key v1');
    assert.deepEqual(
      hkdf(hex(contentKey), hex(salt), 32, 'nightlatch container commitment v1'),
      hex(commitment),
    );
    for (const [index, chunk] of chunks.entries()) {
      if (chunk.sealed === null) continue;
      const sealed = hex(chunk.sealed);
      const nonce = Buffer.alloc(12);
      nonce.writeUInt32BE(index, 7);
      nonce[11] = chunk.final ? 1 : 0;
      const decipher = createDecipheriv('aes-256-gcm', key, nonce);
      decipher.setAAD(sha256(bytes));
      decipher.setAuthTag(sealed.subarray(-16));
      const opened = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
      assert.equal(opened.toString('hex'), chunk.plaintext.repeat(chunk.times));
      assert.equal(sha256(sealed).toString('base64url'), chunk.hash);
    }
  }
});

test('a manifest verifies, and its event hash is computed, by their description', async () => {
  const { device, cases } = await read('manifest');
  for (const { jws, payload, eventHash } of cases) {
    assert.ok(signedBy(jws, device.publicKey));
    assert.equal(headerOf(jws), '{"alg":"EdDSA","typ":"nightlatch-manifest+jwt"}');
    assert.equal(payloadOf(jws), payload);
    const { home, camera, event, sequence, startedAt, epoch, previous } = JSON.parse(payload);
    const parts = [home, camera, event, String(sequence), String(startedAt), String(epoch), previous ?? ''];
    assert.equal(sha256(prefixed('nightlatch event v1', ...parts)).toString('base64url'), eventHash);
  }
});

test('a home log verifies by its description', async () => {
  const { ownerSigningKey, entries } = await read('home-log');
  let previous: string | null = null;
  for (const [sequence, { jws, hash }] of entries.entries()) {
    assert.ok(signedBy(jws, ownerSigningKey));
    assert.equal(headerOf(jws), '{"alg":"EdDSA","typ":"nightlatch-home-log+jwt"}');
    const entry = JSON.parse(payloadOf(jws));
    assert.deepEqual([entry.sequence, entry.previous], [sequence, previous]);
    assert.equal(sha256(jws).toString('base64url'), hash);
    previous = hash;
  }
});

test('what a recovery code gives is derived by its description', async () => {
  const { entropy, proof, proofHash, wrappingSecret, account, wraps } = await read('recovery');
  const derived = hkdf(hex(entropy), none, 32, 'nightlatch recovery proof v1');
  assert.equal(derived.toString('base64url'), proof);
  assert.equal(sha256(derived).toString('base64url'), proofHash);
  assert.deepEqual(hkdf(hex(entropy), none, 32, 'nightlatch recovery wrap v1'), hex(wrappingSecret));
  for (const wrap of wraps) {
    const key = hkdf(hex(wrap.wrappingSecret), none, 32, 'nightlatch master key wrap v1', wrap.purpose);
    const wrapped = Buffer.from(wrap.wrapped, 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', key, wrapped.subarray(0, 12));
    decipher.setAAD(prefixed('nightlatch master key wrap v1', wrap.purpose, account.account));
    decipher.setAuthTag(wrapped.subarray(-16));
    const master = Buffer.concat([decipher.update(wrapped.subarray(12, -16)), decipher.final()]);
    assert.equal(master.toString('hex'), account.master);
  }
});

test('both messages of a pairing verify by their description', async () => {
  const { secret, offer, offerMac, offerPayload, acceptance, acceptanceMac, acceptancePayload } =
    await read('pairing');
  const macOf = (direction: string, jws: string): string => {
    const key = hkdf(hex(secret), none, 32, 'nightlatch pairing mac v1', direction);
    return createHmac('sha256', key).update(jws).digest('base64url');
  };
  assert.equal(macOf('offer', offer), offerMac);
  assert.equal(macOf('acceptance', acceptance), acceptanceMac);
  assert.ok(signedBy(offer, JSON.parse(offerPayload).deviceKey));
  assert.ok(signedBy(acceptance, JSON.parse(acceptancePayload).ownerKey));
  assert.equal(sha256(offer).toString('base64url'), JSON.parse(acceptancePayload).offerHash);
});

test('live records open by their description', async () => {
  const { home, camera, broadcast, liveKey, records, request, grant, viewerKey, deviceKey } =
    await read('live');
  assert.ok(signedBy(request, viewerKey) && signedBy(grant, deviceKey));
  assert.equal(headerOf(grant), '{"alg":"EdDSA","typ":"nightlatch-live-grant+jwt"}');
  const key = hkdf(hex(liveKey), none, 32, 'nightlatch live record key v1');
  for (const [sequence, { kind, keyFrame, plaintext, record }] of records.entries()) {
    const bytes = hex(record);
    const number = Buffer.alloc(4);
    number.writeUInt32BE(sequence);
    const ids = [home, camera, broadcast].map((id) => Buffer.concat([Buffer.of(id.length), Buffer.from(id)]));
    const kinds = Buffer.of(1, kind === 'init' ? 1 : 2, keyFrame ? 1 : 0);
    const header = Buffer.concat([Buffer.from('NLl1'), kinds, number, ...ids]);
    assert.deepEqual(bytes.subarray(0, header.length), header);
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.concat([Buffer.alloc(8), number]));
    decipher.setAAD(header).setAuthTag(bytes.subarray(-16));
    const opened = Buffer.concat([decipher.update(bytes.subarray(header.length, -16)), decipher.final()]);
    assert.equal(opened.toString('hex'), plaintext);
  }
});
