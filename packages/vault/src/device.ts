import type { PublicKey } from '@nightlatch/protocol/encoding';
import { type AgentId, agentIdOf } from '@nightlatch/protocol/ids';
import { type Bytes, fixedBytes, sha256 } from './encoding.ts';
import { importSigningKey, newSigningDocument, type SigningKey } from './keys.ts';

/** The key by which an agent is known; its id is made from the public half. */
export interface DeviceKey extends SigningKey {
  readonly agent: AgentId;
}

export async function deviceIdentity(publicKey: PublicKey): Promise<AgentId> {
  return agentIdOf(await sha256(fixedBytes(publicKey, 32, 'A device key')));
}

/** The device key of a PKCS#8 document; `malformed` where it is none. */
export async function importDeviceKey(pkcs8: Bytes): Promise<DeviceKey> {
  const key = await importSigningKey(pkcs8);
  return { ...key, agent: await deviceIdentity(key.publicKey) };
}

/** A new device key, and the PKCS#8 document (48 bytes, secret) to keep it in. */
export async function generateDeviceKey(): Promise<DeviceKey & { readonly pkcs8: Bytes }> {
  const pkcs8 = await newSigningDocument();
  return { ...(await importDeviceKey(pkcs8)), pkcs8 };
}
