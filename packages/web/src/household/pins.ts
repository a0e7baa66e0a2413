import { Hash, PublicKey } from '@nightlatch/protocol/encoding';
import { HomeLogHead } from '@nightlatch/protocol/homelog';
import { HomeId } from '@nightlatch/protocol/ids';
import type { HomePin } from '@nightlatch/vault/homelog';
import { z } from 'zod';
import { keep, recall } from '../storage/database.ts';

/** What this browser remembers of a home log: its first and its newest entry, and whose it is. */
const Pin = z.object({
  home: HomeId,
  ownerSigningKey: PublicKey,
  genesisHash: Hash,
  head: HomeLogHead,
});

/**
 * The pin of a home; null where this browser has none, or keeps nothing at all. Pins outlive a log-out: they hold no
 * secret, and a browser that forgot them could be shown an older log later. One that does not parse throws.
 */
export async function keptPin(home: HomeId): Promise<HomePin | null> {
  const kept = await recall('pins', home).catch(() => undefined);
  return kept === undefined ? null : Pin.parse(kept);
}

/** A browser that can keep nothing (private windows of some) verifies logs all the same, without a memory. */
export async function keepPin(pin: HomePin): Promise<void> {
  await keep('pins', pin.home, pin).catch(() => undefined);
}
