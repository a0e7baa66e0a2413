import { randomBytes } from 'node:crypto';
import { type CameraId, newCameraId, newPairingId } from '@nightlatch/protocol/ids';
import { PAIRING_SECONDS } from '@nightlatch/protocol/pairing';
import { generateDeviceKey } from '@nightlatch/vault/device';
import { makeOffer, newPairingCode } from '@nightlatch/vault/pairing';

const random = (count: number) => new Uint8Array(randomBytes(count));

/** The keys, the code and the offer of an agent that waits to be paired, and a camera that it has. */
export async function newTestAgent(now = Date.now()) {
  const device = await generateDeviceKey();
  const code = newPairingCode(random);
  const offer = await makeOffer({
    secret: code.secret,
    device,
    pairing: newPairingId(random),
    expiresAt: now + PAIRING_SECONDS * 1000,
  });
  const camera: CameraId = newCameraId(random);
  return { device, code, offer, camera };
}
export type TestAgent = Awaited<ReturnType<typeof newTestAgent>>;
