import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { NightlatchError } from '@nightlatch/protocol/errors';
import { newHomeId } from '@nightlatch/protocol/ids';
import { deriveAccountKeys, newMasterKey } from '@nightlatch/vault/account';
import { generateDeviceKey } from '@nightlatch/vault/device';
import { applyEntries, emptyHome, signEntry } from '@nightlatch/vault/homelog';
import { appendToLog, signActions } from './append.ts';

const random = (count: number) => new Uint8Array(randomBytes(count));
const conflict = () => new NightlatchError('conflict', 'Another entry was first.');

async function newHousehold() {
  const { account, keys, signing } = await deriveAccountKeys(newMasterKey(random));
  const home = newHomeId(random);
  const action = { kind: 'create-home', owner: account, ...keys } as const;
  const entries = [await signEntry({ home, sequence: 0, previous: null, at: 1, action }, signing.privateKey)];
  const refreshLog = () => applyEntries(emptyHome(home, { ownerSigningKey: keys.signingKey }), entries);
  const { agent, publicKey: deviceKey } = await generateDeviceKey();
  return { home, signing, refreshLog, entries, pin: [{ kind: 'pin-agent', agent, deviceKey }] as const };
}

test('where another browser was first, the entry is signed anew on what is there then', async () => {
  const household = await newHousehold();
  const { entries, pin, signing } = household;
  let tries = 0;
  await appendToLog(
    household,
    () => pin,
    async (signed) => {
      tries += 1;
      if (tries > 1) return entries.push(...signed);
      entries.push(...(await signActions(await household.refreshLog(), pin, signing, 2)));
      throw conflict();
    },
  );
  assert.equal(entries.length, 3);
});

test('a conflict with nothing new in the log never gets a second entry for the same place', async () => {
  const household = await newHousehold();
  const kept: string[] = [];
  const store = async (signed: string[]) => {
    kept.push(...signed);
    throw conflict();
  };
  await assert.rejects(
    appendToLog(household, () => household.pin, store),
    { kind: 'conflict' },
  );
  assert.equal(kept.length, 1);
});
