import { join } from 'node:path';
import { Hash, PublicKey } from '@nightlatch/protocol/encoding';
import { HomeLogJws } from '@nightlatch/protocol/homelog';
import { AccountId, HomeId } from '@nightlatch/protocol/ids';
import { z } from 'zod';
import { writePrivateFile } from './private-file.ts';
import { readSettings } from './settings-file.ts';

/** What the agent pinned when it was paired, and the home log as far as it has verified it. */
export const StoredHome = z.strictObject({
  version: z.literal(1),
  home: HomeId,
  owner: AccountId,
  ownerSigningKey: PublicKey,
  genesisHash: Hash,
  entries: z.array(HomeLogJws).min(1).max(100_000),
});
export type StoredHome = z.infer<typeof StoredHome>;

const HOME_FILE_BYTES_MAX = 256 * 1024 * 1024;

export const readStoredHome = (directory: string): Promise<StoredHome | null> =>
  readSettings(join(directory, 'home.json'), StoredHome, HOME_FILE_BYTES_MAX);

export const writeStoredHome = (directory: string, stored: StoredHome): Promise<void> =>
  writePrivateFile(join(directory, 'home.json'), `${JSON.stringify(StoredHome.parse(stored))}\n`);
