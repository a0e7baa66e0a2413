import { randomBytes } from 'node:crypto';
import { newEventId } from '@nightlatch/protocol/ids';
import type { Manifest } from '@nightlatch/protocol/manifest';
import { signBatch, signManifest } from '@nightlatch/vault/manifest';
import type { Resident } from '../../storm/town.ts';

export const METADATA_ONLY = ['metadata'] as const;
const KINDS = ['metadata', 'thumbnail'] as const;
const text = (bytes: number): string => randomBytes(bytes).toString('base64url');

/** An event as an agent sends it, with the manifests of its objects, really signed. */
export interface SignedEvent {
  readonly of: Resident;
  readonly event: string;
  readonly sequence: number;
  readonly startedAt: number;
  readonly manifests: readonly string[];
}

let made = 0;

/** @param kinds of its objects; the metadata and the thumbnail, as a rule */
export async function signedEvent(
  of: Resident,
  kinds: readonly (typeof KINDS)[number][] = KINDS,
): Promise<SignedEvent> {
  const { home, camera, device } = of;
  const event = newEventId(randomBytes);
  const sequence = 2 + made++;
  const startedAt = 1_700_000_000_000 + sequence * 1000;
  const manifests = kinds.map((kind): Manifest => {
    const chunk: Manifest['chunks'][number] = [kind === 'metadata' ? 300 : 20_000, text(32), null];
    return {
      ...{ home, camera, event, kind, revision: 0, epoch: 1, sequence, previous: text(32), startedAt },
      ...{ endedAt: startedAt + 9000, state: 'complete', sealedKey: text(80) },
      ...{ headerHash: text(32), headerBytes: 180, chunks: [chunk] },
    };
  });
  return {
    ...{ of, event, sequence, startedAt },
    // What all say of the event is the same.
    manifests: await Promise.all(
      manifests.map((one) =>
        signManifest({ ...one, previous: manifests[0]?.previous ?? null }, device.privateKey),
      ),
    ),
  };
}

/** The body of a request that brings these, of one agent. */
export async function batchOf(events: readonly SignedEvent[]): Promise<Buffer> {
  const [first] = events;
  if (first === undefined) throw new Error('a batch has events');
  const { home, device } = first.of;
  const manifests = events.flatMap((one) => one.manifests);
  const statement = await signBatch(manifests, { agent: device.agent, home }, device.privateKey);
  const sent = events.map(({ event, manifests }) => ({ event, manifests }));
  return Buffer.from(JSON.stringify({ statement, events: sent }));
}
