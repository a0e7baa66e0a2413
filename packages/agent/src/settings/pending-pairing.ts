import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Instant } from '@nightlatch/protocol/encoding';
import { PairingId } from '@nightlatch/protocol/ids';
import { PAIRING_CODE } from '@nightlatch/protocol/pairing';
import { z } from 'zod';
import { writePrivateFile } from './private-file.ts';
import { readSettings } from './settings-file.ts';

/**
 * The code that is shown, kept for as long as it is good: an agent that dies just after the owner took the code can
 * still check the answer when it is started again.
 */
export const PendingPairing = z.strictObject({
  version: z.literal(1),
  pairing: PairingId,
  code: z.string().regex(PAIRING_CODE),
  offer: z.string().max(4096),
  mac: z.string().max(64),
  expiresAt: Instant,
});
export type PendingPairing = z.infer<typeof PendingPairing>;

const path = (directory: string): string => join(directory, 'pairing.json');

export const readPendingPairing = (directory: string): Promise<PendingPairing | null> =>
  readSettings(path(directory), PendingPairing, 16 * 1024);

export const writePendingPairing = (directory: string, pending: PendingPairing): Promise<void> =>
  writePrivateFile(path(directory), `${JSON.stringify(pending)}\n`);

export const forgetPendingPairing = (directory: string): Promise<void> =>
  rm(path(directory), { force: true });
