import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { camera, device, home, owner, stranger } from '../tests/making/fixed.ts';
import {
  applyEntries,
  emptyHome,
  entryHash,
  homeFromPin,
  pinOf,
  requireReached,
  signEntry,
  verifyHomeLog,
} from './homelog.ts';
import type { HomeLogVectors } from './vectors/check-homelog.ts';

const vectors: HomeLogVectors = JSON.parse(
  await readFile(new URL('../vectors/home-log.json', import.meta.url), 'utf8'),
);
const log = vectors.entries.map(({ jws }) => jws);
const ownerSigningKey = owner.keys.signingKey;
const empty = emptyHome(home, { ownerSigningKey });
const whole = await applyEntries(empty, log);
const pin = pinOf(whole);

test('a log gives the owner, the agents and the cameras with their epochs', () => {
  assert.equal(whole.owner, owner.account);
  assert.equal(whole.ownerSealingKey, owner.keys.sealingKey);
  assert.equal(whole.agents.get(device.agent)?.deviceKey, device.publicKey);
  const found = whole.cameras.get(camera);
  assert.deepEqual([found?.currentEpoch, found?.nameEpoch, found?.epochs.size], [3, 3, 3]);
  assert.equal(found?.epochs.get(3)?.seals[0]?.member, owner.account);
});

test('read in pages of any size, a log gives the same state', async () => {
  for (let size = 1; size <= log.length; size++) {
    let state = await applyEntries(empty, log.slice(0, size));
    for (let start = size; start < log.length; start += size) {
      state = await applyEntries(state, log.slice(start, start + size));
    }
    assert.deepEqual(state, whole);
  }
});

test('a refused entry leaves the state as it was', async () => {
  const before = await applyEntries(empty, log.slice(0, 3));
  const copy = structuredClone(before);
  await assert.rejects(applyEntries(before, [log[3] ?? '', log[5] ?? '']), { reason: 'broken-chain' });
  assert.deepEqual(before, copy);
  assert.equal((await applyEntries(before, log.slice(3))).head.hash, whole.head.hash);
});

test('a state without new entries is the same state', async () => {
  assert.deepEqual(await applyEntries(whole, []), whole);
});

for (const { name, reason, entries, pin: known } of vectors.refused) {
  test(`refused: ${name}`, async () => {
    const attempt =
      known === null ? applyEntries(empty, entries) : verifyHomeLog({ ...pin, head: known.head }, entries);
    await assert.rejects(attempt, { name: 'VaultError', reason });
  });
}

test('a pin survives as JSON, and the log is read again by it', async () => {
  const kept = JSON.parse(JSON.stringify(pin));
  assert.deepEqual((await verifyHomeLog(kept, log)).cameras, whole.cameras);
});

test('a log may have grown since it was pinned', async () => {
  const early = pinOf(await applyEntries(empty, log.slice(0, 3)));
  assert.equal((await verifyHomeLog(early, log)).head.sequence, log.length - 1);
});

test('a log that ends before the pin is a rollback, also when it is read in pages', async () => {
  const short = await applyEntries(homeFromPin(pin), log.slice(0, -1));
  assert.throws(() => requireReached(short, pin), { reason: 'truncated' });
});

test('a fork is found in the page in which it passes the pin', async () => {
  const fork = vectors.refused.find(({ name }) => name === 'fork at the pin')?.entries ?? [];
  const before = await applyEntries(homeFromPin(pin), fork.slice(0, -1));
  await assert.rejects(applyEntries(before, fork.slice(-1)), { reason: 'broken-chain' });
});

test('a log that forks from what is already known is refused', async () => {
  const fork = vectors.refused.find(({ name }) => name === 'fork before the pin, and shorter')?.entries ?? [];
  const known = await applyEntries(empty, log.slice(0, 3));
  await assert.rejects(applyEntries(known, fork.slice(2)), { reason: 'broken-chain' });
});

test('another first entry than the one of the pairing is refused, even by the same owner for the same home', async () => {
  const action = { kind: 'create-home' as const, owner: owner.account, ...owner.keys };
  const entry = { home, sequence: 0, previous: null, at: 0, action };
  const second = await signEntry(entry, owner.signing.privateKey);
  const paired = emptyHome(home, { ownerSigningKey, genesisHash: whole.genesisHash });
  await assert.rejects(applyEntries(paired, [second]), { reason: 'broken-chain' });
  await assert.rejects(verifyHomeLog(pin, [second]), { reason: 'broken-chain' });
  assert.equal((await applyEntries(paired, log)).genesisHash, await entryHash(log[0] ?? ''));
});

test('a log of another owner is refused where one owner is pinned', async () => {
  const theirs = emptyHome(home, { ownerSigningKey: stranger.keys.signingKey });
  await assert.rejects(applyEntries(theirs, log), { reason: 'wrong-signature' });
});

test('an agent may be pinned again with its own key, so that a pairing can be repeated', async () => {
  const action = { kind: 'pin-agent' as const, agent: device.agent, deviceKey: device.publicKey };
  const { sequence, hash } = whole.head;
  const entry = { home, sequence: sequence + 1, previous: hash, at: 0, action };
  const again = await applyEntries(whole, [await signEntry(entry, owner.signing.privateKey)]);
  assert.deepEqual(again.agents, whole.agents);
});

test('what is no entry is not signed', async () => {
  const action = { kind: 'create-home' as const, owner: owner.account, ...owner.keys };
  const entry = { home, sequence: -1, previous: null, at: 0, action };
  await assert.rejects(signEntry(entry, owner.signing.privateKey), { reason: 'malformed' });
});
