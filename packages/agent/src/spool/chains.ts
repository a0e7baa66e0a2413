import { join } from 'node:path';
import { Hash } from '@nightlatch/protocol/encoding';
import { CameraId, HomeId } from '@nightlatch/protocol/ids';
import { z } from 'zod';
import { namesIn, privateDirectory, writePrivateFile } from '../settings/private-file.ts';
import { readSettings } from '../settings/settings-file.ts';

const Chain = z.strictObject({
  version: z.literal(1),
  home: HomeId,
  camera: CameraId,
  /** Of the last event of this camera, recorded or lost. */
  sequence: z.number().int().min(1),
  hash: Hash,
});
type Chain = z.infer<typeof Chain>;

export interface Link {
  readonly sequence: number;
  readonly previous: Hash | null;
}

export interface Chains {
  next(home: HomeId, camera: CameraId): Link;
  /** The home whose chain it is; null where the camera has recorded nothing yet. */
  homeOf(camera: CameraId | null): HomeId | null;
  /** Notes the newest event; an older one than the noted one changes nothing. Durable when it returns. */
  advance(home: HomeId, camera: CameraId, sequence: number, hash: Hash): Promise<void>;
}

/** Where each camera's chain of events stands, over restarts and over deliveries. */
export async function openChains(directory: string): Promise<Chains> {
  await privateDirectory(directory);
  const chains = new Map<CameraId, Chain>();
  for (const name of await namesIn(directory)) {
    if (!name.endsWith('.json')) continue;
    const chain = await readSettings(join(directory, name), Chain, 4096);
    if (chain !== null) chains.set(chain.camera, chain);
  }
  return {
    next: (home, camera) => {
      const chain = chains.get(camera);
      return chain?.home === home
        ? { sequence: chain.sequence + 1, previous: chain.hash }
        : { sequence: 1, previous: null };
    },
    homeOf: (camera) => (camera === null ? null : (chains.get(camera)?.home ?? null)),
    advance: async (home, camera, sequence, hash) => {
      const known = chains.get(camera);
      if (known?.home === home && known.sequence >= sequence) return;
      const chain: Chain = { version: 1, home, camera, sequence, hash };
      await writePrivateFile(join(directory, `${camera}.json`), `${JSON.stringify(chain)}\n`);
      chains.set(camera, chain);
    },
  };
}
