import type { HomeLogAction } from '@nightlatch/protocol/homelog';
import type { HomeId } from '@nightlatch/protocol/ids';
import { fingerprintOf } from '../../src/epoch.ts';
import { applyEntries, emptyHome, entryHash, pinOf, signEntry } from '../../src/homelog.ts';
import { sealingKeyOf } from '../../src/keys.ts';
import { signJws } from '../../src/signing.ts';
import { type HomeLogVectors, summaryOf } from '../../src/vectors/check-homelog.ts';
import {
  camera,
  device,
  epochKey,
  epochSecret,
  home,
  label,
  otherDevice,
  otherHome,
  owner,
  ramp,
  startedAt,
  stranger,
} from './fixed.ts';
import { epochInfo, sealedName, sealFixed } from './seals.ts';

/** The key of the epoch of `label`, and others for the epochs before it. */
const epochSecretOf = (epoch: number) => (epoch === label.epoch ? epochSecret : ramp(0xe8 + epoch, 32));

async function newEpoch(epoch: number): Promise<HomeLogAction> {
  const secret = epochSecretOf(epoch);
  const { publicKey } = await sealingKeyOf(secret);
  const sealed = await sealFixed(
    owner.sealing.publicKey,
    await epochInfo(epoch, owner),
    secret,
    0x20 + epoch,
  );
  const fingerprint = await fingerprintOf(owner.sealing.publicKey);
  return {
    kind: 'new-epoch',
    camera,
    epoch,
    publicKey,
    seals: [{ member: owner.account, fingerprint, sealed }],
  };
}

interface Signed {
  readonly payload: string;
  readonly jws: string;
  readonly hash: string;
}

/** The next entry behind `log`, by the owner if no other key is given. */
async function next(
  log: readonly Signed[],
  action: HomeLogAction,
  as: { home?: HomeId; by?: CryptoKey; sequence?: number; previous?: string | null } = {},
): Promise<Signed> {
  const entry = {
    home: as.home ?? home,
    sequence: as.sequence ?? log.length,
    previous: as.previous === undefined ? (log.at(-1)?.hash ?? null) : as.previous,
    at: startedAt + log.length,
    action,
  };
  const jws = await signEntry(entry, as.by ?? owner.signing.privateKey);
  return { payload: JSON.stringify(entry), jws, hash: await entryHash(jws) };
}

const create: HomeLogAction = { kind: 'create-home', owner: owner.account, ...owner.keys };
const pinAgent: HomeLogAction = { kind: 'pin-agent', agent: device.agent, deviceKey: device.publicKey };
const pinOther: HomeLogAction = {
  kind: 'pin-agent',
  agent: otherDevice.agent,
  deviceKey: otherDevice.publicKey,
};
const addCamera: HomeLogAction = { kind: 'add-camera', camera, agent: device.agent };

async function logOf(actions: readonly HomeLogAction[]): Promise<Signed[]> {
  const log: Signed[] = [];
  for (const action of actions) log.push(await next(log, action));
  return log;
}

export async function makeHomeLog(): Promise<HomeLogVectors> {
  const name: HomeLogAction = { kind: 'name-camera', camera, epoch: label.epoch, sealedName };
  const log = await logOf([
    create,
    pinAgent,
    addCamera,
    await newEpoch(1),
    await newEpoch(2),
    await newEpoch(3),
    name,
  ]);
  const jwsOf = (entries: readonly Signed[]): string[] => entries.map(({ jws }) => jws);
  const state = await applyEntries(emptyHome(home, { ownerSigningKey: owner.keys.signingKey }), jwsOf(log));
  const pin = pinOf(state);
  const [genesis] = log;
  if (genesis === undefined) throw new Error('the log is empty');
  const upTo = (count: number) => log.slice(0, count);
  const after = async (count: number, action: HomeLogAction, as: Parameters<typeof next>[2] = {}) => [
    ...jwsOf(upTo(count)),
    (await next(upTo(count), action, as)).jws,
  ];
  const fork = await logOf([
    create,
    pinAgent,
    addCamera,
    await newEpoch(1),
    await newEpoch(2),
    await newEpoch(3),
    pinOther,
  ]);
  const forkedEarly = [...upTo(2), await next(upTo(2), pinOther)];
  const strangersGenesis: HomeLogAction = { kind: 'create-home', owner: stranger.account, ...owner.keys };
  const strangersKey: HomeLogAction = { kind: 'create-home', owner: stranger.account, ...stranger.keys };
  const claimedAgent: HomeLogAction = {
    kind: 'pin-agent',
    agent: otherDevice.agent,
    deviceKey: device.publicKey,
  };
  const unknownAgent: HomeLogAction = { kind: 'add-camera', camera, agent: otherDevice.agent };
  const reusedKey: HomeLogAction = {
    ...(await newEpoch(1)),
    kind: 'new-epoch',
    camera,
    epoch: 4,
    publicKey: epochKey.publicKey,
    seals: [],
  };
  const [seal] = [await newEpoch(4)].flatMap((action) => (action.kind === 'new-epoch' ? action.seals : []));
  if (seal === undefined) throw new Error('an epoch without a seal');
  const twoSeals: HomeLogAction = { ...reusedKey, publicKey: owner.sealing.publicKey, seals: [seal, seal] };
  const mistyped = await signJws(JSON.parse(genesis.payload), {
    typ: 'nightlatch-pairing-acceptance+jwt',
    privateKey: owner.signing.privateKey,
  });
  const crossed = await next([], create, { home: otherHome });
  const byStranger = { by: stranger.signing.privateKey };
  const refused = (
    name: string,
    reason: HomeLogVectors['refused'][number]['reason'],
    entries: string[],
    pinned = false,
  ) => ({
    name,
    reason,
    entries,
    pin: pinned ? pin : null,
  });
  return {
    home,
    ownerSigningKey: owner.keys.signingKey,
    entries: log,
    pin,
    summary: summaryOf(state),
    refused: [
      refused('no entries', 'truncated', []),
      refused('log of another home', 'wrong-subject', [crossed.jws]),
      refused('entry of another home', 'wrong-subject', await after(1, pinAgent, { home: otherHome })),
      refused('entry by a stranger', 'wrong-signature', await after(1, pinAgent, byStranger)),
      refused('first entry by a stranger', 'wrong-signature', [
        (await next([], strangersKey, byStranger)).jws,
      ]),
      refused('owner who is not the account of the key', 'wrong-subject', [
        (await next([], strangersGenesis)).jws,
      ]),
      refused('home of another key, signed by the owner', 'wrong-subject', [
        (await next([], strangersKey)).jws,
      ]),
      refused('another kind of statement', 'wrong-type', [mistyped]),
      refused('second genesis', 'broken-chain', await after(1, create)),
      refused('log that begins with an agent', 'broken-chain', [(await next([], pinAgent)).jws]),
      refused('entry left out', 'broken-chain', jwsOf(log.filter((_, index) => index !== 2))),
      refused(
        'entries exchanged',
        'broken-chain',
        [genesis, log[2], log[1]].flatMap((entry) => entry?.jws ?? []),
      ),
      refused('entry twice', 'broken-chain', [...jwsOf(upTo(2)), ...jwsOf(log.slice(1, 2))]),
      refused('another previous', 'broken-chain', await after(2, addCamera, { previous: genesis.hash })),
      refused('sequence skipped', 'broken-chain', await after(2, addCamera, { sequence: 3 })),
      refused('agent under an id of another key', 'wrong-subject', await after(1, claimedAgent)),
      refused('camera of an unknown agent', 'wrong-subject', await after(2, unknownAgent)),
      refused('camera added twice', 'wrong-subject', await after(3, addCamera)),
      refused('epoch of an unknown camera', 'wrong-subject', await after(2, await newEpoch(1))),
      refused('first epoch is not 1', 'wrong-epoch', await after(3, await newEpoch(2))),
      refused('epoch again', 'wrong-epoch', await after(4, await newEpoch(1))),
      refused('key of an earlier epoch', 'wrong-epoch', await after(6, { ...reusedKey, seals: [seal] })),
      refused('two seals for one member', 'malformed', await after(6, twoSeals)),
      refused('name sealed to an earlier epoch', 'wrong-epoch', await after(6, { ...name, epoch: 2 })),
      refused('name of an unknown camera', 'wrong-subject', await after(2, name)),
      refused('rolled back behind the pin', 'truncated', jwsOf(upTo(6)), true),
      refused('fork at the pin', 'broken-chain', jwsOf(fork), true),
      refused('fork before the pin, and shorter', 'truncated', jwsOf(forkedEarly), true),
    ],
  };
}
