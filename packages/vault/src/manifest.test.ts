import assert from 'node:assert/strict';
import test from 'node:test';
import { GAP_TYP, type GapStatement, MANIFEST_TYP, type Manifest } from '@nightlatch/protocol/manifest';
import {
  camera,
  device,
  event,
  gap,
  home,
  label,
  otherCamera,
  otherDevice,
  otherEvent,
  otherHome,
  startedAt,
} from '../tests/making/fixed.ts';
import { forgedHeaders } from '../tests/making/forged-headers.ts';
import { hashBytes, utf8 } from './encoding.ts';
import {
  checkChunk,
  checkFollows,
  coveredManifest,
  eventHash,
  isFinalChunk,
  signBatch,
  signGap,
  signManifest,
  verifyBatch,
  verifyGap,
  verifyManifest,
} from './manifest.ts';
import { signJws } from './signing.ts';

const { privateKey, publicKey } = device;
const sealedChunks = ['sixteen bytes one', 'sixteen bytes two'].map(utf8);
const hashes = await Promise.all(sealedChunks.map(hashBytes));
const manifest: Manifest = {
  ...label,
  sequence: 1,
  previous: null,
  startedAt,
  endedAt: null,
  state: 'complete',
  sealedKey: 'A'.repeat(107),
  headerHash: hashes[0] ?? '',
  headerBytes: 171,
  chunks: hashes.map((hash) => [17, hash, null]),
};
const asked = { home, camera, event, kind: label.kind, revision: label.revision };
const jws = await signManifest(manifest, privateKey);

test('a manifest of what was asked for, by the pinned device, is given back as it was signed', async () => {
  assert.deepEqual(await verifyManifest(jws, asked, publicKey), manifest);
});

test('any revision will do where none was asked for', async () => {
  const { revision, ...any } = asked;
  assert.equal((await verifyManifest(jws, any, publicKey)).revision, revision);
});

test('a manifest of another home, camera, event, kind or revision is refused', async () => {
  const others = [
    { home: otherHome },
    { camera: otherCamera },
    { event: otherEvent },
    { kind: 'clip' as const },
    { revision: 0 },
  ];
  for (const other of others) {
    await assert.rejects(verifyManifest(jws, { ...asked, ...other }, publicKey), { reason: 'wrong-subject' });
  }
});

test('a manifest by another device is refused', async () => {
  await assert.rejects(verifyManifest(jws, asked, otherDevice.publicKey), { reason: 'wrong-signature' });
});

test('a manifest signed as another kind of statement, or the other way round, is refused', async () => {
  const mistyped = await signJws(manifest, { typ: GAP_TYP, privateKey });
  await assert.rejects(verifyManifest(mistyped, asked, publicKey), { reason: 'wrong-type' });
  const place = { home, camera };
  await assert.rejects(verifyGap(jws, place, publicKey), { reason: 'wrong-type' });
});

for (const forgery of await forgedHeaders(jws, publicKey)) {
  test(`refused for a manifest: ${forgery.name}`, async () => {
    await assert.rejects(verifyManifest(forgery.jws, asked, publicKey), { reason: forgery.reason });
  });
}

test('what a manifest cannot be is neither signed nor believed', async () => {
  const impossible: [Partial<Manifest>, string][] = [
    [{ sequence: 2 }, 'broken-chain'],
    [{ previous: hashes[0] ?? null }, 'broken-chain'],
    [{ endedAt: startedAt - 1 }, 'malformed'],
    [{ revision: 8 }, 'malformed'],
    [{ epoch: 0 }, 'malformed'],
    [{ headerHash: 'short' }, 'malformed'],
    [{ chunks: [[15, hashes[0] ?? '', null]] }, 'malformed'],
  ];
  for (const [part, reason] of impossible) {
    const spoilt = { ...manifest, ...part };
    await assert.rejects(signManifest(spoilt, privateKey), { reason }, JSON.stringify(part));
    const signed = await signJws(spoilt, { typ: MANIFEST_TYP, privateKey });
    const { revision, ...any } = asked;
    await assert.rejects(
      verifyManifest(signed, any, publicKey),
      { reason },
      `${JSON.stringify(part)} ${revision}`,
    );
  }
});

test('only thumbnails have revisions', async () => {
  const clip: Manifest = { ...manifest, kind: 'clip', revision: 1 };
  await assert.rejects(signManifest(clip, privateKey), { reason: 'malformed' });
});

test('the hash of an event says all that the next event relies on', async () => {
  const parts: Partial<Manifest>[] = [
    {},
    { home: otherHome },
    { camera: otherCamera },
    { event: otherEvent },
    { sequence: 11 },
    { startedAt: startedAt + 1 },
    { epoch: 4 },
    { previous: hashes[1] ?? null },
  ];
  const made = await Promise.all(parts.map((part) => eventHash({ ...manifest, ...part })));
  assert.equal(new Set(made).size, parts.length);
  const clip: Manifest = { ...manifest, kind: 'clip', revision: 0, state: 'growing', chunks: [] };
  assert.equal(await eventHash(clip), made[0], 'all objects of an event have one hash');
});

test('an event that follows is let through; one that is missing, exchanged or of another camera shows', async () => {
  const second: Manifest = {
    ...manifest,
    event: otherEvent,
    sequence: 2,
    previous: await eventHash(manifest),
  };
  await checkFollows(manifest, second);
  await assert.rejects(checkFollows(manifest, { ...second, sequence: 3 }), { reason: 'truncated' });
  await assert.rejects(checkFollows(manifest, { ...second, sequence: 1 }), { reason: 'broken-chain' });
  await assert.rejects(checkFollows({ ...manifest, startedAt: 0 }, second), { reason: 'broken-chain' });
  await assert.rejects(checkFollows({ ...manifest, camera: otherCamera }, second), {
    reason: 'wrong-subject',
  });
  await assert.rejects(checkFollows({ ...manifest, home: otherHome }, second), { reason: 'wrong-subject' });
});

test('a chunk that the manifest does not have at its place is refused', async () => {
  const [first = utf8(''), second = utf8('')] = sealedChunks;
  await checkChunk(manifest, 0, first);
  await assert.rejects(checkChunk(manifest, 0, second), { reason: 'damaged' });
  await assert.rejects(checkChunk(manifest, 2, second), { reason: 'truncated' });
  const longer: Manifest = { ...manifest, chunks: [[18, hashes[0] ?? '', null]] };
  await assert.rejects(checkChunk(longer, 0, first), { reason: 'damaged' });
});

test('only the last chunk of a complete object is final', () => {
  assert.deepEqual([isFinalChunk(manifest, 0), isFinalChunk(manifest, 1)], [false, true]);
  for (const state of ['growing', 'interrupted'] as const) {
    assert.equal(isFinalChunk({ ...manifest, state }, 1), false);
  }
});

test('a gap is believed of the pinned device, for the home and camera asked for, and where it makes sense', async () => {
  const lost: GapStatement = {
    gap,
    home,
    camera,
    fromSequence: 2,
    toSequence: 4,
    from: startedAt,
    to: startedAt + 1,
    reason: 'disk-full',
  };
  const place = { home, camera };
  const signed = await signGap(lost, privateKey);
  assert.deepEqual(await verifyGap(signed, place, publicKey), lost);
  await assert.rejects(verifyGap(signed, place, otherDevice.publicKey), { reason: 'wrong-signature' });
  await assert.rejects(verifyGap(signed, { ...place, home: otherHome }, publicKey), {
    reason: 'wrong-subject',
  });
  await assert.rejects(verifyGap(signed, { ...place, camera: otherCamera }, publicKey), {
    reason: 'wrong-subject',
  });
  for (const part of [{ toSequence: 1 }, { to: startedAt - 1 }]) {
    const backwards = signGap({ ...lost, ...part }, privateKey);
    await assert.rejects(backwards, { reason: 'malformed' });
    const forced = await signJws({ ...lost, ...part }, { typ: GAP_TYP, privateKey });
    await assert.rejects(verifyGap(forced, place, publicKey), { reason: 'malformed' });
  }
});

test('a batch is of exactly these manifests, by this agent and for this home', async () => {
  const { agent } = device;
  const batch = [jws, await signManifest({ ...manifest, event: otherEvent }, privateKey)];
  const statement = await signBatch(batch, { agent, home }, privateKey);
  await verifyBatch(statement, batch, { agent, home }, publicKey);
  for (const other of [{ home: otherHome }, { agent: otherDevice.agent }])
    await assert.rejects(verifyBatch(statement, batch, { agent, home, ...other }, publicKey), {
      reason: 'wrong-subject',
    });
  for (const changed of [batch.toReversed(), batch.slice(1), [...batch, jws], []])
    await assert.rejects(verifyBatch(statement, changed, { agent, home }, publicKey), { reason: 'damaged' });
  await assert.rejects(verifyBatch(statement, batch, { agent, home }, otherDevice.publicKey), {
    reason: 'wrong-signature',
  });
});

test('a manifest out of a batch is of the home and the event that it came for', () => {
  assert.deepEqual(coveredManifest(jws, { home, event }), manifest);
  for (const other of [{ home: otherHome }, { event: otherEvent }])
    assert.throws(() => coveredManifest(jws, { home, event, ...other }), { reason: 'wrong-subject' });
});
