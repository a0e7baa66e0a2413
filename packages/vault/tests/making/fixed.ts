import {
  newCameraId,
  newEventId,
  newGapId,
  newHomeId,
  newPairingId,
  type RandomBytes,
} from '@nightlatch/protocol/ids';
import { deriveAccountKeys } from '../../src/account.ts';
import type { ObjectLabel } from '../../src/container.ts';
import { importDeviceKey } from '../../src/device.ts';
import { type Bytes, concat } from '../../src/encoding.ts';
import { sealingKeyOf } from '../../src/keys.ts';
import { fromHex } from '../../src/vectors/expect.ts';

/** `count` bytes that count up from `start`: fixed, and recognised at sight in the vectors. */
export const ramp = (start: number, count: number): Bytes =>
  Uint8Array.from({ length: count }, (_, index) => (start + index) & 0xff);
export const rampFrom =
  (start: number): RandomBytes =>
  (count) =>
    ramp(start, count);

const PKCS8_OF_ED25519 = fromHex('302e020100300506032b657004220420');
export const devicePkcs8 = (start: number): Bytes => concat(PKCS8_OF_ED25519, ramp(start, 32));

export const home = newHomeId(rampFrom(0x10));
export const otherHome = newHomeId(rampFrom(0x20));
export const camera = newCameraId(rampFrom(0x30));
export const otherCamera = newCameraId(rampFrom(0x40));
export const event = newEventId(rampFrom(0x50));
export const otherEvent = newEventId(rampFrom(0x60));
export const gap = newGapId(rampFrom(0x70));
export const pairing = newPairingId(rampFrom(0x80));
export const otherPairing = newPairingId(rampFrom(0x90));

export const label: ObjectLabel = { home, camera, event, kind: 'thumbnail', revision: 1, epoch: 3 };
export const startedAt = Date.UTC(2026, 0, 31, 12, 0, 0);

export const masterKey = ramp(0xa0, 32);
export const owner = await deriveAccountKeys(masterKey);
export const stranger = await deriveAccountKeys(ramp(0xb0, 32));
export const device = await importDeviceKey(devicePkcs8(0xc0));
export const otherDevice = await importDeviceKey(devicePkcs8(0xd0));
export const epochSecret = ramp(0xe0, 32);
export const epochKey = await sealingKeyOf(epochSecret);
export const contentKey = ramp(0x01, 32);
