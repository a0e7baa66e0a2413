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
 * Keeps a pin in the place of `seen`, the one that the log was held against. Where another tab has kept another one in
 * the meantime that one stays: nobody has compared the two yet, and the next look at the log will. A browser that can
 * keep nothing (private windows of some) verifies logs all the same, without a memory.
 */
export async function keepPin(pin: HomePin, seen: HomePin | null): Promise<void> {
  const isUnseen = (before: unknown) => {
    const kept = Pin.safeParse(before);
    return kept.success && kept.data.head.hash !== seen?.head.hash;
  };
  await keepUnless('pins', pin.home, pin, isUnseen).catch(() => undefined);
}

/** A home that this browser has seen before with this owner's key; null where there is none. */
export async function pinnedHomeOf(ownerSigningKey: PublicKey): Promise<HomeId | null> {
  for (const kept of await recallAll('pins').catch(() => [])) {
    const pin = Pin.safeParse(kept);
    if (pin.success && pin.data.ownerSigningKey === ownerSigningKey) return pin.data.home;
  }
  return null;
}
