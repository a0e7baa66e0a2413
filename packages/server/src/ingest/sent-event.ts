import type { EventStored } from '@nightlatch/protocol/agents';
import type { AgentId, EventId, HomeId } from '@nightlatch/protocol/ids';
import { containerBytes, type Manifest } from '@nightlatch/protocol/manifest';
import { VaultError } from '@nightlatch/vault/errors';
import { coveredManifest } from '@nightlatch/vault/manifest';
import type { z } from 'zod';
import { STILL_MANIFEST_CHARACTERS_MAX } from './put-event.ts';

export type Stored = z.output<typeof EventStored>;

/** An event out of a verified batch, whose manifests agree with each other. */
export interface SentEvent {
  readonly agent: AgentId;
  readonly home: HomeId;
  readonly deviceKey: string;
  readonly event: EventId;
  /** What all of its manifests say of it. */
  readonly says: Pick<Manifest, 'camera' | 'epoch' | 'sequence' | 'previous' | 'startedAt'>;
  readonly endedAt: number | null;
  readonly objects: readonly {
    readonly jws: string;
    readonly manifest: Pick<Manifest, 'kind' | 'revision' | 'state'>;
    readonly bytes: number;
  }[];
}

const SAME = ['camera', 'epoch', 'sequence', 'previous', 'startedAt'] as const;

/** Undefined where they do not agree, or say more than they may: for the road on which each is looked at by itself. */
export function readSentEvent(
  { agent, home, deviceKey }: Pick<SentEvent, 'agent' | 'home' | 'deviceKey'>,
  { event, manifests }: { readonly event: EventId; readonly manifests: readonly string[] },
): SentEvent | undefined {
  try {
    const all = manifests.map((jws) => ({ jws, manifest: coveredManifest(jws, { home, event }) }));
    const [first] = all;
    if (first === undefined) return undefined;
    const names = new Set(all.map(({ manifest }) => `${manifest.kind}.${manifest.revision}`));
    const ends = new Set(all.flatMap(({ manifest }) => manifest.endedAt ?? []));
    const agree = all.every(
      ({ jws, manifest }) =>
        SAME.every((field) => manifest[field] === first.manifest[field]) &&
        (manifest.kind === 'clip' || jws.length <= STILL_MANIFEST_CHARACTERS_MAX),
    );
    if (!agree || names.size < all.length || ends.size > 1) return undefined;
    return {
      ...{ agent, home, deviceKey, event, says: first.manifest, endedAt: [...ends][0] ?? null },
      objects: all.map(({ jws, manifest }) => ({ jws, manifest, bytes: containerBytes(manifest) })),
    };
  } catch (error) {
    if (error instanceof VaultError) return undefined;
    throw error;
  }
}
