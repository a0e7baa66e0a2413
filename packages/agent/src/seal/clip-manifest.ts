import type { ManifestChunk } from '@nightlatch/protocol/manifest';
import { signManifest } from '@nightlatch/vault/manifest';
import type { EventRecord } from '../spool/event-record.ts';
import { eventPart } from './whole-object.ts';

/**
 * Signs what is durable of a clip. It is made from the stored ciphertext alone, so that it can be made after a crash
 * as well, and again at any time with the same result. Null where the clip has not begun.
 */
export async function signClip(
  record: EventRecord,
  chunks: readonly ManifestChunk[],
  devicePrivateKey: CryptoKey,
): Promise<string | null> {
  if (record.clip === null) return null;
  return signManifest(
    {
      ...eventPart(record),
      kind: 'clip',
      revision: 0,
      endedAt: record.endedAt,
      state: record.state,
      ...record.clip,
      chunks: [...chunks],
    },
    devicePrivateKey,
  );
}
