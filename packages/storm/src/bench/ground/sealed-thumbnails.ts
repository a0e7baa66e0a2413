import { randomBytes } from 'node:crypto';
import { newEventId } from '@nightlatch/protocol/ids';
import type { Manifest } from '@nightlatch/protocol/manifest';
import { createSealer } from '@nightlatch/vault/container';
import { newContentKey, sealContentKey } from '@nightlatch/vault/content';
import { concat } from '@nightlatch/vault/encoding';
import { signManifest } from '@nightlatch/vault/manifest';
import type { Resident } from '../../storm/town.ts';
import type { AgentRequests } from './agent-requests.ts';
import type { SignedEvent } from './signed-events.ts';

/** As large as a thumbnail is, as a rule. */
const BYTES = 20_000;
const STARTED_AT = 1_700_000_000_000;

/** An event that has a thumbnail and nothing else, with its bytes, which are those that its manifest describes. */
export interface SealedThumbnail extends SignedEvent {
  readonly bytes: Buffer;
}

export async function sealedThumbnail(of: Resident): Promise<SealedThumbnail> {
  const { home, camera, device, epochKey } = of;
  const event = newEventId(randomBytes);
  const label = { home, camera, event, kind: 'thumbnail', revision: 0, epoch: 1 } as const;
  const contentKey = newContentKey(randomBytes);
  const sealer = await createSealer({ label, contentKey, random: randomBytes });
  const { frame, sealed, hash } = await sealer.seal(new Uint8Array(randomBytes(BYTES)), { final: true });
  const manifest: Manifest = {
    ...label,
    ...{ sequence: 1, previous: null, startedAt: STARTED_AT, endedAt: STARTED_AT + 9000, state: 'complete' },
    sealedKey: await sealContentKey(contentKey, { ...label, epochPublicKey: epochKey.publicKey }),
    ...{ headerHash: sealer.headerHash, headerBytes: sealer.header.length },
    chunks: [[sealed.length, hash, null]],
  };
  return {
    ...{ of, event, sequence: 1, startedAt: STARTED_AT },
    manifests: [await signManifest(manifest, device.privateKey)],
    bytes: Buffer.from(concat(sealer.header, frame)),
  };
}

/** Sends it as the agent does: the creation of the upload brings all its bytes. */
export async function sendThumbnail(requests: AgentRequests, sealed: SealedThumbnail): Promise<void> {
  const { of, event, bytes } = sealed;
  const metadata = Object.entries({ event, kind: 'thumbnail', revision: '0' });
  await requests.send(of, 'POST', '/api/agent/uploads', bytes, {
    'content-type': 'application/offset+octet-stream',
    'tus-resumable': '1.0.0',
    'upload-length': String(bytes.length),
    'upload-metadata': metadata.map(([name, value]) => `${name} ${btoa(value)}`).join(','),
  });
}
