import { randomBytes } from 'node:crypto';
import type { HomeLogAction } from '@nightlatch/protocol/homelog';
import {
  type AgentId,
  type CameraId,
  type HomeId,
  newHomeId,
  type RandomBytes,
} from '@nightlatch/protocol/ids';
import { deriveAccountKeys, newMasterKey, type UnlockedAccount } from '@nightlatch/vault/account';
import { type EpochKey, generateEpochKey, openEpochKey, sealEpochKey } from '@nightlatch/vault/epoch';
import { entryHash, signEntry } from '@nightlatch/vault/homelog';
import { acceptOffer, parsePairingCode, verifyOffer } from '@nightlatch/vault/pairing';

export const random: RandomBytes = (count) => new Uint8Array(randomBytes(count));

/** An owner with a home and its log, as their browser would have it. */
export interface Household {
  readonly owner: UnlockedAccount;
  readonly home: HomeId;
  readonly entries: string[];
  readonly epochKeys: Map<string, EpochKey>;
  append(action: HomeLogAction): Promise<string>;
  head(): Promise<{ sequence: number; hash: string }>;
  /** Adds the camera and gives it its next epoch. */
  newEpoch(camera: CameraId, agent: AgentId): Promise<EpochKey>;
  /** Takes an agent's code: the acceptance, after the agent was pinned in the log. */
  accept(code: string, offered: { offer: string; mac: string }): Promise<{ acceptance: string; mac: string }>;
}

export async function createHousehold(): Promise<Household> {
  const owner = await deriveAccountKeys(newMasterKey(random));
  const home = newHomeId(random);
  const entries: string[] = [];
  const epochKeys = new Map<string, EpochKey>();
  const epochs = new Map<CameraId, number>();

  const append = async (action: HomeLogAction): Promise<string> => {
    const last = entries.at(-1);
    const entry = await signEntry(
      {
        home,
        sequence: entries.length,
        previous: last === undefined ? null : await entryHash(last),
        at: 1_700_000_000_000 + entries.length,
        action,
      },
      owner.signing.privateKey,
    );
    entries.push(entry);
    return entry;
  };
  await append({ kind: 'create-home', owner: owner.account, ...owner.keys });

  return {
    owner,
    home,
    entries,
    epochKeys,
    append,
    head: async () => ({ sequence: entries.length - 1, hash: await entryHash(entries.at(-1) ?? '') }),
    newEpoch: async (camera, agent) => {
      const epoch = (epochs.get(camera) ?? 0) + 1;
      if (epoch === 1) await append({ kind: 'add-camera', camera, agent });
      const { publicKey, privateKeyBytes } = await generateEpochKey();
      const label = { home, camera, epoch, member: owner.account };
      const seal = await sealEpochKey(privateKeyBytes, { ...label, sealingKey: owner.keys.sealingKey });
      await append({ kind: 'new-epoch', camera, epoch, publicKey, seals: [seal] });
      const key = await openEpochKey(seal, { ...label, sealing: owner.sealing, epochPublicKey: publicKey });
      epochs.set(camera, epoch);
      epochKeys.set(`${camera} ${epoch}`, key);
      return key;
    },
    accept: async (code, { offer, mac }) => {
      const { secret } = parsePairingCode(code);
      const { agent, deviceKey } = await verifyOffer({ offer, mac, secret, now: Date.now() });
      await append({ kind: 'pin-agent', agent, deviceKey });
      return acceptOffer({
        secret,
        offer,
        home,
        owner: owner.account,
        signing: owner.signing,
        genesisHash: await entryHash(entries[0] ?? ''),
      });
    },
  };
}
