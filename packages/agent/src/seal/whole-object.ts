import type { RandomBytes } from '@nightlatch/protocol/ids';
import { CHUNK_BYTES_MAX, type Manifest, type ManifestChunk } from '@nightlatch/protocol/manifest';
import { createSealer, type ObjectLabel } from '@nightlatch/vault/container';
import { newContentKey, sealContentKey } from '@nightlatch/vault/content';
import { concat } from '@nightlatch/vault/encoding';
import { signManifest } from '@nightlatch/vault/manifest';
import type { EventRecord, WholeObject } from '../spool/event-record.ts';
import type { SealingEpoch } from './epoch.ts';

/** What all manifests of an event have in common. */
export const eventPart = (record: EventRecord) => ({
  home: record.home,
  camera: record.camera,
  event: record.event,
  epoch: record.epoch,
  sequence: record.sequence,
  previous: record.previous,
  startedAt: record.startedAt,
});

export interface SealedWhole {
  readonly object: WholeObject;
  readonly container: Uint8Array;
}

/** Seals a thumbnail or the metadata under a key of its own, and signs its manifest. The key is forgotten here. */
export async function sealWhole(given: {
  readonly record: EventRecord;
  readonly kind: WholeObject['kind'];
  readonly revision: number;
  readonly plaintext: Uint8Array<ArrayBuffer>;
  readonly epoch: SealingEpoch;
  readonly devicePrivateKey: CryptoKey;
  readonly random: RandomBytes;
}): Promise<SealedWhole> {
  const { record, kind, revision, plaintext, epoch, random } = given;
  const label: ObjectLabel = {
    home: record.home,
    camera: record.camera,
    event: record.event,
    kind,
    revision,
    epoch: record.epoch,
  };
  const contentKey = newContentKey(random);
  const sealedKey = await sealContentKey(contentKey, { ...label, epochPublicKey: epoch.publicKey });
  const sealer = await createSealer({ label, contentKey, random });
  contentKey.fill(0);
  const frames: Uint8Array[] = [];
  const chunks: ManifestChunk[] = [];
  for (let offset = 0; offset === 0 || offset < plaintext.length; offset += CHUNK_BYTES_MAX) {
    const part = plaintext.slice(offset, offset + CHUNK_BYTES_MAX);
    const final = offset + CHUNK_BYTES_MAX >= plaintext.length;
    const chunk = await sealer.seal(part, { final });
    frames.push(chunk.frame);
    chunks.push([chunk.sealed.length, chunk.hash, null]);
  }
  const container = concat(sealer.header, ...frames);
  const manifest: Manifest = {
    ...eventPart(record),
    kind,
    revision,
    endedAt: record.endedAt,
    state: 'complete',
    sealedKey,
    headerHash: sealer.headerHash,
    headerBytes: sealer.header.length,
    chunks,
  };
  const jws = await signManifest(manifest, given.devicePrivateKey);
  return { object: { kind, revision, manifest: jws, bytes: container.length }, container };
}
