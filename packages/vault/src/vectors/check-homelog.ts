import { HomeId } from '@nightlatch/protocol/ids';
import type { VaultReason } from '../errors.ts';
import {
  applyEntries,
  emptyHome,
  entryHash,
  type HomePin,
  type HomeState,
  pinOf,
  verifyHomeLog,
} from '../homelog.ts';
import type { Expectation } from './expect.ts';

interface PinVector {
  readonly home: string;
  readonly ownerSigningKey: string;
  readonly genesisHash: string;
  readonly head: { readonly sequence: number; readonly hash: string };
}

export interface HomeLogVectors {
  readonly home: string;
  readonly ownerSigningKey: string;
  readonly entries: readonly { readonly payload: string; readonly jws: string; readonly hash: string }[];
  readonly pin: PinVector;
  /** What the entries say, as JSON (see `summaryOf`). */
  readonly summary: string;
  /** Logs that must be refused by somebody who knows the owner's key and, where it is given, has the pin. */
  readonly refused: readonly {
    readonly name: string;
    readonly reason: VaultReason;
    readonly entries: readonly string[];
    readonly pin: PinVector | null;
  }[];
}

const pinFrom = (pin: PinVector): HomePin => ({ ...pin, home: HomeId.parse(pin.home) });

/** The state as text: owner, agents with their keys, cameras with their agent, epochs and name. */
export const summaryOf = (state: HomeState): string =>
  JSON.stringify({
    owner: state.owner,
    agents: [...state.agents].map(([agent, { deviceKey }]) => [agent, deviceKey]),
    cameras: [...state.cameras].map(([camera, { agent, epochs, currentEpoch, sealedName, nameEpoch }]) => [
      camera,
      agent,
      [...epochs].map(([epoch, { publicKey, seals }]) => [
        epoch,
        publicKey,
        seals.map(({ member }) => member),
      ]),
      currentEpoch,
      sealedName,
      nameEpoch,
    ]),
  });

/** Follows the log to its state and pin, and is refused each forgery. */
export async function checkHomeLog(vectors: HomeLogVectors, expect: Expectation): Promise<void> {
  const home = HomeId.parse(vectors.home);
  const { ownerSigningKey } = vectors;
  const log = vectors.entries.map(({ jws }) => jws);
  for (const { jws, hash } of vectors.entries) expect.equal(await entryHash(jws), hash, 'hash of an entry');
  const state = await applyEntries(emptyHome(home, { ownerSigningKey }), log);
  expect.equal(summaryOf(state), vectors.summary, 'state of the home');
  expect.equal(JSON.stringify(pinOf(state)), JSON.stringify(vectors.pin), 'pin');
  const again = await verifyHomeLog(pinFrom(vectors.pin), log);
  expect.equal(again.head.hash, state.head.hash, 'head by the pin');
  for (const { name, reason, entries, pin } of vectors.refused) {
    const attempt = () =>
      pin === null
        ? applyEntries(emptyHome(home, { ownerSigningKey }), entries)
        : verifyHomeLog(pinFrom(pin), entries);
    await expect.refused(attempt, reason, name);
  }
}
