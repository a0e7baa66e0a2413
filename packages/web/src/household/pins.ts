import { Hash, PublicKey } from '@nightlatch/protocol/encoding';
import { HomeLogHead } from '@nightlatch/protocol/homelog';
import { HomeId } from '@nightlatch/protocol/ids';
import { z } from 'zod';
import { keep, recall } from '../storage/database.ts';

/** What this browser remembers of a home log: its first and its newest entry, and whose it is. */
export const Pin = z.object({
  home: HomeId,
  ownerSigningKey: PublicKey,
  genesisHash: Hash,
  head: HomeLogHead,
});
export type Pin = z.infer<typeof Pin>;

/**
 * Pins outlive a log-out: they hold no secret, and a browser that forgot them could be shown an older log by a cloud
 * that crossed its wires in between. A kept value that does not parse counts as a broken pin and throws.
 */
export async function keptPin(home: HomeId): Promise<Pin | null> {
  const kept = await recall('pins', home);
  return kept === undefined ? null : Pin.parse(kept);
}

export async function keepPin(pin: Pin): Promise<void> {
  await keep('pins', pin.home, pin);
}
