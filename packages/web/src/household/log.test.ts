import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { newHomeId } from '@nightlatch/protocol/ids';
import { deriveAccountKeys, newMasterKey } from '@nightlatch/vault/account';
import { generateDeviceKey } from '@nightlatch/vault/device';
import { VaultError, type VaultReason } from '@nightlatch/vault/errors';
import { pinOf, signEntry } from '@nightlatch/vault/homelog';
import { signActions } from './append.ts';
import { continueLog, type ReadPage, verifyLog } from './log.ts';

const random = (count: number) => new Uint8Array(randomBytes(count));
const PAGE = 2;

/** A cloud's log, in pages of two entries. */
const reader =
  (entries: readonly string[]): ReadPage =>
  async (after) => ({
    entries: entries.slice(after + 1, after + 1 + PAGE),
    more: entries.length > after + 1 + PAGE,
  });

async function newOwner() {
  const { account, keys, signing } = await deriveAccountKeys(newMasterKey(random));
  const home = newHomeId(random);
  const genesis = await signEntry(
    { home, sequence: 0, previous: null, at: 1, action: { kind: 'create-home', owner: account, ...keys } },
    signing.privateKey,
  );
  return { home, signing, ownerSigningKey: keys.signingKey, entries: [genesis] };
}

/** An owner whose log pins `agents` agents. */
async function ownerWith(agents: number) {
  const owner = await newOwner();
  for (let count = 0; count < agents; count++) {
    const log = await verifyLog({ ...owner, pin: null }, reader(owner.entries));
    const { agent, publicKey: deviceKey } = await generateDeviceKey();
    owner.entries.push(
      ...(await signActions(log, [{ kind: 'pin-agent', agent, deviceKey }], owner.signing, 2)),
    );
  }
  return owner;
}
const refused = (reason: VaultReason) => (error: unknown) =>
  error instanceof VaultError && error.reason === reason;

test('a log is read to its end over several pages, and its entries follow from one another', async () => {
  const owner = await ownerWith(4);
  const log = await verifyLog({ ...owner, pin: null }, reader(owner.entries));
  assert.equal(log.head.sequence, 4);
  assert.equal(log.agents.size, 4);
});

test("another home's log is refused, though its own owner signed it", async () => {
  const [ours, theirs] = [await ownerWith(0), await ownerWith(1)];
  await assert.rejects(verifyLog({ ...ours, pin: null }, reader(theirs.entries)), refused('wrong-signature'));
});

test('a log that is shorter than before is refused', async () => {
  const owner = await ownerWith(3);
  const pin = pinOf(await verifyLog({ ...owner, pin: null }, reader(owner.entries)));
  await assert.rejects(verifyLog({ ...owner, pin }, reader(owner.entries.slice(0, 2))), refused('truncated'));
  await assert.rejects(verifyLog({ ...owner, pin }, reader([])), refused('truncated'));
});

test('a log with another past than the pinned one is refused', async () => {
  const owner = await ownerWith(1);
  const fork = [...owner.entries];
  const log = await verifyLog({ ...owner, pin: null }, reader(owner.entries.slice(0, 1)));
  const { agent, publicKey: deviceKey } = await generateDeviceKey();
  fork[1] = (await signActions(log, [{ kind: 'pin-agent', agent, deviceKey }], owner.signing, 3))[0] ?? '';
  const pin = pinOf(await verifyLog({ ...owner, pin: null }, reader(owner.entries)));
  await assert.rejects(verifyLog({ ...owner, pin }, reader(fork)), refused('broken-chain'));
  // Without the pin the same fork is taken: it is the pin that refuses it.
  assert.equal((await verifyLog({ ...owner, pin: null }, reader(fork))).head.sequence, 1);
});

test('a pin of another home or owner is never used for this one', async () => {
  const [ours, theirs] = [await ownerWith(0), await ownerWith(0)];
  const pin = pinOf(await verifyLog({ ...theirs, pin: null }, reader(theirs.entries)));
  await assert.rejects(verifyLog({ ...ours, pin }, reader(theirs.entries)), refused('wrong-subject'));
});

test('what was appended since must continue the verified log', async () => {
  const owner = await ownerWith(2);
  const early = await verifyLog({ ...owner, pin: null }, reader(owner.entries.slice(0, 2)));
  assert.equal((await continueLog(early, null, reader(owner.entries))).head.sequence, 2);
  assert.equal((await continueLog(early, null, reader(owner.entries.slice(0, 2)))).head.sequence, 1);
  const other = await ownerWith(2);
  await assert.rejects(continueLog(early, null, reader(other.entries)), refused('broken-chain'));
  const mixed = [...owner.entries.slice(0, 2), ...other.entries.slice(2)];
  await assert.rejects(continueLog(early, null, reader(mixed)), refused('wrong-signature'));
});

test('a log that loses its newest entry while it is open is refused', async () => {
  const owner = await ownerWith(2);
  const log = await verifyLog({ ...owner, pin: null }, reader(owner.entries));
  await assert.rejects(continueLog(log, null, reader(owner.entries.slice(0, 2))), refused('truncated'));
});

test('an open tab refuses a log that lacks or forks what another tab of the browser has seen since', async () => {
  const owner = await ownerWith(2);
  const early = await verifyLog({ ...owner, pin: null }, reader(owner.entries.slice(0, 1)));
  const pin = pinOf(await verifyLog({ ...owner, pin: null }, reader(owner.entries)));
  assert.equal((await continueLog(early, pin, reader(owner.entries))).head.sequence, 2);
  const behind = reader(owner.entries.slice(0, 2));
  await assert.rejects(continueLog(early, pin, behind), refused('truncated'));
  const { agent, publicKey: deviceKey } = await generateDeviceKey();
  const pinAgent = { kind: 'pin-agent', agent, deviceKey } as const;
  const fork = await signActions(early, [pinAgent, pinAgent, pinAgent], owner.signing, 3);
  const forked = reader([...owner.entries.slice(0, 1), ...fork]);
  await assert.rejects(continueLog(early, pin, forked), refused('broken-chain'));
  // Without the memory that the tabs share both would be taken.
  assert.equal((await continueLog(early, null, behind)).head.sequence, 1);
  const onTheFork = await continueLog(early, null, forked);
  assert.equal(onTheFork.head.sequence, 3);
  const pinOfFork = { ...pin, head: { ...pin.head, sequence: 3 } };
  await assert.rejects(continueLog(onTheFork, pinOfFork, forked), refused('broken-chain'));
});

test('a cloud that always says that there is more is given up', async () => {
  const { home, ownerSigningKey } = await newOwner();
  await assert.rejects(
    verifyLog({ home, ownerSigningKey, pin: null }, async () => ({ entries: [], more: true })),
  );
});
