import type { CameraId, HomeId } from '@nightlatch/protocol/ids';
import type { EpochKey } from '@nightlatch/vault/epoch';
import { type HomeState, pinOf } from '@nightlatch/vault/homelog';
import type { SignedIn } from '../account/session.ts';
import { call } from '../api/client.ts';
import type { Household } from './household.ts';
import { continueLog, verifyLog } from './log.ts';
import { epochKeyOf, openedNames } from './opened.ts';
import { keepPin, keptPin } from './pins.ts';

/** Tells the cloud of a mismatch. Never throws: the refusal stands whether or not the cloud takes the report. */
export const reportTo =
  (home: HomeId): Household['report'] =>
  async (mismatch) => {
    await call('reports.create', { params: { home }, input: mismatch }).catch(() => undefined);
  };

/** Epoch keys opened once per page; a failed opening is forgotten, so that a later log can mend it. */
function epochKeys({ account, secrets }: SignedIn) {
  const opened = new Map<string, Promise<EpochKey>>();
  return (log: HomeState, camera: CameraId, epoch: number): Promise<EpochKey> => {
    const place = `${camera}.${epoch}`;
    const before = opened.get(place);
    if (before !== undefined) return before;
    const key = epochKeyOf(log, account, secrets.sealing, camera, epoch);
    opened.set(place, key);
    key.catch(() => opened.delete(place));
    return key;
  };
}

/**
 * Fetches, verifies and pins the log of a home, and gives the household made from it. Throws VaultError or a broken
 * pin's ZodError where the log must not be trusted. `onChange` is told of each later state, and of nothing
 * after a refusal.
 */
export async function openHousehold(
  signedIn: SignedIn,
  home: HomeId,
  on: { readonly change: (household: Household) => void; readonly refused: (error: unknown) => void },
): Promise<Household> {
  const { account, secrets } = signedIn;
  const read = (after: number) => call('home-log.read', { params: { home }, query: { after } });
  const keyOf = epochKeys(signedIn);

  const householdOf = async (log: HomeState): Promise<Household> => {
    const epochKey: Household['epochKey'] = (camera, epoch) => keyOf(log, camera, epoch);
    const names = await openedNames(log, epochKey);
    return {
      account,
      home,
      log,
      sealing: secrets.sealing,
      signing: secrets.signing,
      epochKey,
      deviceKeyOf: (camera) => {
        const agent = log.cameras.get(camera)?.agent;
        return agent === undefined ? null : (log.agents.get(agent)?.deviceKey ?? null);
      },
      cameraName: (camera) => names.get(camera) ?? `Camera …${camera.slice(-4)}`,
      report: reportTo(home),
      refreshLog,
    };
  };

  const known = { home, ownerSigningKey: secrets.keys.signingKey };
  const pin = await keptPin(home);
  let newest = await verifyLog({ ...known, pin }, read);
  await keepPin(pinOf(newest), pin);
  let turn: Promise<HomeState> = Promise.resolve(newest);

  // One refresh after the other, so that two at once cannot set the state back.
  function refreshLog(): Promise<HomeState> {
    const next = turn
      .catch(() => newest)
      .then(async () => {
        // Read before the log is asked for: what any tab had seen by then must be in the answer.
        const pin = await keptPin(home);
        const log = await continueLog(newest, pin, read);
        if (log.head.sequence === newest.head.sequence) return newest;
        newest = log;
        await keepPin(pinOf(log), pin);
        on.change(await householdOf(log));
        return log;
      });
    turn = next;
    next.catch(on.refused);
    return next;
  }
  return householdOf(newest);
}
