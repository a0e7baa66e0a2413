import type { EventStored } from '@nightlatch/protocol/agents';
import type { AgentId, EventId, HomeId } from '@nightlatch/protocol/ids';
import { containerBytes, type Manifest } from '@nightlatch/protocol/manifest';
import { VaultError } from '@nightlatch/vault/errors';
import { coveredManifest } from '@nightlatch/vault/manifest';
import type { z } from 'zod';

export type Stored = z.output<typeof EventStored>;

/** An event whose manifests were verified, or are covered by a batch statement that was, and agree with each other. */
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

/**
 * Of a thumbnail or of metadata; the agent's own take less than 2 KiB. The list shows sixty events with both, so that at
 * the megabyte that a clip's manifest may have, one page would be 120 MB in the memory of the server.
 */
export const STILL_MANIFEST_CHARACTERS_MAX = 16 * 1024;

const SAME = ['camera', 'epoch', 'sequence', 'previous', 'startedAt'] as const;

/** Undefined where they do not agree, or say more than they may: for the road on which each is looked at by itself. */
export function readSentEvent(
  { agent, home }: Pick<SentEvent, 'agent' | 'home'>,
  { event, manifests }: { readonly event: EventId; readonly manifests: readonly string[] },
): Omit<SentEvent, 'deviceKey'> | undefined {
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
      ...{ agent, home, event, says: first.manifest, endedAt: [...ends][0] ?? null },
      objects: all.map(({ jws, manifest }) => ({ jws, manifest, bytes: containerBytes(manifest) })),
    };
  } catch (error) {
    if (error instanceof VaultError) return undefined;
    throw error;
  }
}
