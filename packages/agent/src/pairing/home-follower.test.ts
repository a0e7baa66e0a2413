import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { newPairingId } from '@nightlatch/protocol/ids';
import { generateDeviceKey } from '@nightlatch/vault/device';
import { createHousehold, random } from '../../tests/support/household.ts';
import type { CloudClient } from '../uplink/client.ts';
import { LogRefused, openHomeFollower } from './home-follower.ts';

const PAGE_ENTRIES = 256;

/** A follower, and a cloud that answers each question for the log with the next of `pages`; the last one again and again. */
async function followerOf(t: TestContext, pages: readonly { entries: string[]; more: boolean }[]) {
  const directory = await mkdtemp(join(tmpdir(), 'nightlatch-follower-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const asked: unknown[] = [];
  const client = {
    call: async (_: string, given: unknown) => {
      asked.push(given);
      return pages[Math.min(asked.length, pages.length) - 1];
    },
  } as unknown as CloudClient;
  const { agent, publicKey: deviceKey } = await generateDeviceKey();
  const follower = await openHomeFollower({ directory, agent, deviceKey, client, onChange: () => {} });
  const adopt = async ({ home, owner }: Awaited<ReturnType<typeof createHousehold>>, genesisHash: string) =>
    follower.adopt({
      pairing: newPairingId(random),
      agent,
      offerHash: 'A'.repeat(43),
      home,
      owner: owner.account,
      ownerKey: owner.keys.signingKey,
      genesisHash,
    });
  return { follower, adopt, asked };
}

test('a log that nobody signed is refused at its first page, however long the cloud would go on', async (t) => {
  const household = await createHousehold();
  const stranger = await createHousehold();
  const [foreign = ''] = stranger.entries;
  const page = { entries: Array.from({ length: PAGE_ENTRIES }, () => foreign), more: true };
  const { follower, adopt, asked } = await followerOf(t, [page]);
  const { hash } = await household.head();
  await assert.rejects(adopt(household, hash), LogRefused);
  assert.equal(asked.length, 1);
  assert.equal(follower.home(), null);
});

test('a cloud that always says that there is more of the log is given up at its first empty page', async (t) => {
  const household = await createHousehold();
  const { follower, adopt, asked } = await followerOf(t, [
    { entries: household.entries, more: true },
    { entries: [], more: true },
  ]);
  const { hash } = await household.head();
  await assert.rejects(adopt(household, hash), LogRefused);
  assert.deepEqual(asked, [{ query: { after: -1 } }, { query: { after: 0 } }]);
  assert.equal(follower.home(), null);
});
