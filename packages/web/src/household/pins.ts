import { Hash, PublicKey } from '@nightlatch/protocol/encoding';
import { HomeLogHead } from '@nightlatch/protocol/homelog';
import { HomeId } from '@nightlatch/protocol/ids';
import type { HomePin } from '@nightlatch/vault/homelog';
import { z } from 'zod';
import { keepUnless, recall, recallAll } from '../storage/database.ts';

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

/**
 * Keeps a pin, but never an earlier place in the log than another tab has kept. A browser that can keep nothing
 * (private windows of some) verifies logs all the same, without a memory.
 */
export async function keepPin(pin: HomePin): Promise<void> {
  const isFurther = (before: unknown) => {
    const kept = Pin.safeParse(before);
    return kept.success && kept.data.head.sequence > pin.head.sequence;
  };
  await keepUnless('pins', pin.home, pin, isFurther).catch(() => undefined);
}

/** A home that this browser has seen before with this owner's key; null where there is none. */
export async function pinnedHomeOf(ownerSigningKey: PublicKey): Promise<HomeId | null> {
  for (const kept of await recallAll('pins').catch(() => [])) {
    const pin = Pin.safeParse(kept);
    if (pin.success && pin.data.ownerSigningKey === ownerSigningKey) return pin.data.home;
  }
  return null;
}
