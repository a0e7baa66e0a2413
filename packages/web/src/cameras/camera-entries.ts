import type { HomeLogAction } from '@nightlatch/protocol/homelog';
import type { AgentId, CameraId } from '@nightlatch/protocol/ids';
import { generateEpochKey, sealEpochKey } from '@nightlatch/vault/epoch';
import { refuse } from '@nightlatch/vault/errors';
import type { HomeState } from '@nightlatch/vault/homelog';
import { sealCameraName } from '@nightlatch/vault/name';
import { appendToLog } from '../household/append.ts';
import type { Household } from '../household/household.ts';

export const NAME_CHARACTERS_MAX = 60;

/** A name as it is kept: no outer spaces, single spaces inside. Empty where there is none. */
export const tidyName = (typed: string): string => typed.trim().replace(/\s+/gu, ' ');

async function nameAction(
  log: HomeState,
  camera: CameraId,
  name: string,
  epoch: number,
  epochPublicKey: string,
): Promise<HomeLogAction> {
  const sealedName = await sealCameraName(name, { home: log.home, camera, epoch, epochPublicKey });
  return { kind: 'name-camera', camera, epoch, sealedName };
}

/**
 * Adds a camera that an agent of this home has announced: its first epoch's key is made here, and its private half
 * leaves this browser only sealed to the owner. A camera that is in the log already is left as it is.
 */
export async function addCamera(
  household: Household,
  camera: CameraId,
  agent: AgentId,
  name: string,
): Promise<void> {
  await appendToLog(household, async (log) => {
    if (log.cameras.has(camera)) return [];
    const epoch = 1;
    const { publicKey, privateKeyBytes } = await generateEpochKey();
    const member = household.account.account;
    const { publicKey: sealingKey } = household.sealing;
    const seal = await sealEpochKey(privateKeyBytes, { home: log.home, camera, epoch, member, sealingKey });
    privateKeyBytes.fill(0);
    return [
      { kind: 'add-camera', camera, agent },
      { kind: 'new-epoch', camera, epoch, publicKey, seals: [seal] },
      await nameAction(log, camera, name, epoch, publicKey),
    ];
  });
}

/** Gives a camera another name. */
export async function renameCamera(household: Household, camera: CameraId, name: string): Promise<void> {
  await appendToLog(household, async (log) => {
    const { currentEpoch: epoch, epochs } =
      log.cameras.get(camera) ?? refuse('wrong-subject', 'No such camera.');
    const current = epoch === null ? undefined : epochs.get(epoch);
    if (epoch === null || current === undefined) return refuse('wrong-epoch', 'The camera has no key yet.');
    return [await nameAction(log, camera, name, epoch, current.publicKey)];
  });
}
