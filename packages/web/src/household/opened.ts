import type { Account } from '@nightlatch/protocol/accounts';
import type { CameraId } from '@nightlatch/protocol/ids';
import { type EpochKey, openEpochKey } from '@nightlatch/vault/epoch';
import { VaultError } from '@nightlatch/vault/errors';
import type { HomeState } from '@nightlatch/vault/homelog';
import { openCameraName } from '@nightlatch/vault/name';
import type { AccountSecrets } from '../account/secrets.ts';

/** Opens an epoch key with this account's seal in the verified log. */
export async function epochKeyOf(
  log: HomeState,
  account: Account,
  sealing: AccountSecrets['sealing'],
  camera: CameraId,
  epoch: number,
): Promise<EpochKey> {
  const known = log.cameras.get(camera)?.epochs.get(epoch);
  const seal = known?.seals.find(({ member }) => member === account.account);
  if (known === undefined)
    throw new VaultError('wrong-epoch', 'the home log has no such epoch of the camera');
  if (seal === undefined) throw new VaultError('wrong-member', 'the epoch key is not sealed to this account');
  return openEpochKey(seal, {
    home: log.home,
    camera,
    epoch,
    member: account.account,
    sealing,
    epochPublicKey: known.publicKey,
  });
}

/** The cameras' names, opened. A name that does not open is left out: the owner sees a plain word and can name it anew. */
export async function openedNames(
  log: HomeState,
  epochKey: (camera: CameraId, epoch: number) => Promise<EpochKey>,
): Promise<ReadonlyMap<CameraId, string>> {
  const names = new Map<CameraId, string>();
  for (const [camera, { sealedName, nameEpoch: epoch }] of log.cameras) {
    if (sealedName === null || epoch === null) continue;
    const name = await epochKey(camera, epoch)
      .then((key) => openCameraName(sealedName, { home: log.home, camera, epoch, epochKey: key }))
      .catch(() => null);
    if (name !== null) names.set(camera, name);
  }
  return names;
}
