import { join } from 'node:path';
import { type DeviceKey, generateDeviceKey, importDeviceKey } from '@nightlatch/vault/device';
import { fromBase64Url, toBase64Url } from '@nightlatch/vault/encoding';
import { z } from 'zod';
import { writePrivateFile } from './private-file.ts';
import { readSettings } from './settings-file.ts';

const Identity = z.strictObject({
  version: z.literal(1),
  /** The Ed25519 device key, PKCS #8, base64url. */
  pkcs8: z.string().max(256),
});

/** The agent's device key: made at the first start, the same ever after. */
export async function loadIdentity(directory: string): Promise<DeviceKey> {
  const path = join(directory, 'identity.json');
  const stored = await readSettings(path, Identity, 4096);
  if (stored !== null) return importDeviceKey(fromBase64Url(stored.pkcs8));
  const device = await generateDeviceKey();
  await writePrivateFile(path, `${JSON.stringify({ version: 1, pkcs8: toBase64Url(device.pkcs8) })}\n`);
  return device;
}
