import { randomBytes } from 'node:crypto';
import { EventStored } from '@nightlatch/protocol/agents';
import { newEventId } from '@nightlatch/protocol/ids';
import type { Manifest, ObjectKind } from '@nightlatch/protocol/manifest';
import { createSealer } from '@nightlatch/vault/container';
import { newContentKey, sealContentKey } from '@nightlatch/vault/content';
import { concat } from '@nightlatch/vault/encoding';
import { eventHash, signManifest } from '@nightlatch/vault/manifest';
import type { Oracle } from './oracle.ts';
import type { Resident } from './town.ts';
import { drawWatermark } from './watermark.ts';

const TUS = { 'tus-resumable': '1.0.0', 'content-type': 'application/offset+octet-stream' };
const REQUEST_MILLISECONDS_MAX = 15_000;
const TRIES_MAX = 40;
const WAIT_MILLISECONDS = 250;
const WAIT_MILLISECONDS_MAX = 4_000;

type Bytes = Uint8Array<ArrayBuffer>;

/** An agent without a camera: it seals small events by the code of the real one, and sends each until it is acknowledged. */
export function createStormAgent(
  resident: Resident,
  place: { url: string; oracle: Oracle; random: () => number },
) {
  const { home, camera, device, agentToken, epochKey } = resident;
  let sequence = 0;
  let previous: string | null = null;
  let attempts = 0;
  let clockMilliseconds = 0;

  async function seal(
    label: { event: Manifest['event']; kind: ObjectKind },
    plaintext: Bytes,
    startedAt: number,
  ) {
    const whole = { home, camera, ...label, revision: 0, epoch: 1 };
    const contentKey = newContentKey(randomBytes);
    const sealer = await createSealer({ label: whole, contentKey, random: randomBytes });
    const { frame, sealed, hash } = await sealer.seal(plaintext, { final: true });
    const manifest: Manifest = {
      ...whole,
      ...{ sequence, previous, startedAt, endedAt: startedAt + 5_000, state: 'complete' },
      sealedKey: await sealContentKey(contentKey, { ...whole, epochPublicKey: epochKey.publicKey }),
      ...{ headerHash: sealer.headerHash, headerBytes: sealer.header.length },
      chunks: [[sealed.length, hash, null]],
    };
    return {
      manifest,
      bytes: concat(sealer.header, frame),
      jws: await signManifest(manifest, device.privateKey),
    };
  }

  const request = (path: string, init: RequestInit): Promise<Response> => {
    attempts += 1;
    return fetch(new URL(path, place.url), {
      ...init,
      headers: { authorization: `Bearer ${agentToken}`, ...init.headers },
      signal: AbortSignal.timeout(REQUEST_MILLISECONDS_MAX),
    });
  };
  const put = async (event: string, manifests: readonly string[]) => {
    const answer = await request(`/api/agent/events/${event}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ manifests }),
    });
    if (!answer.ok) throw new Error(`put-event ${answer.status}: ${(await answer.text()).slice(0, 200)}`);
    return EventStored.parse(await answer.json());
  };
  const upload = async ({ manifest, bytes }: { manifest: Manifest; bytes: Bytes }): Promise<void> => {
    const { event, kind, revision } = manifest;
    const metadata = Object.entries({ event, kind, revision: `${revision}` });
    const answer = await request('/api/agent/uploads', {
      method: 'POST',
      headers: {
        ...TUS,
        'upload-length': `${bytes.length}`,
        'upload-metadata': metadata.map(([key, value]) => `${key} ${btoa(value)}`).join(','),
      },
      body: bytes,
    });
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`create-upload ${answer.status}`);
  };

  return {
    home,
    /** How far its clock goes wrong from now on, in milliseconds. */
    setClock(off: number): void {
      clockMilliseconds = off;
    },
    /** Requests that were made for all events together. */
    get attempts() {
      return attempts;
    },
    /** Records one event and sends it until the cloud has acknowledged all of it. False where it never did. */
    async deliver(): Promise<boolean> {
      sequence += 1;
      const event = newEventId(randomBytes);
      const startedAt = Date.now() + clockMilliseconds;
      const thumbnail = await seal({ event, kind: 'thumbnail' }, drawWatermark({ home, event }), startedAt);
      const metadata = await seal({ event, kind: 'metadata' }, new TextEncoder().encode('{}'), startedAt);
      const link = { home, camera, event, sequence, startedAt, epoch: 1, previous };
      previous = await eventHash(link);
      place.oracle.made(home, event, thumbnail.bytes);
      const objects = [thumbnail, metadata];
      const manifests = objects.map(({ jws }) => jws);
      for (let attempt = 0; attempt < TRIES_MAX; attempt++) {
        try {
          const stored = await put(event, manifests);
          const isThere = (kind: ObjectKind) =>
            stored.objects.some((object) => object.kind === kind && object.complete);
          const lacking = objects.filter(({ manifest }) => !isThere(manifest.kind));
          if (lacking.length === 0) {
            place.oracle.acknowledged(home, event);
            return true;
          }
          for (const object of lacking) await upload(object);
        } catch {
          const most = Math.min(WAIT_MILLISECONDS_MAX, WAIT_MILLISECONDS * 2 ** attempt);
          await new Promise((resolve) => setTimeout(resolve, most * place.random()));
        }
      }
      return false;
    },
  };
}
export type StormAgent = ReturnType<typeof createStormAgent>;
