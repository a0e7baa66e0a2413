import type { VaultReason } from '../errors.ts';
import { newPairingCode, parsePairingCode, verifyAcceptance, verifyOffer } from '../pairing.ts';
import { type Expectation, fromHex } from './expect.ts';

export interface PairingVectors {
  /** The 20 bytes that were drawn. */
  readonly random: string;
  readonly code: string;
  readonly typed: readonly string[];
  readonly locator: string;
  readonly secret: string;
  readonly now: number;
  readonly offer: string;
  readonly offerMac: string;
  readonly offerPayload: string;
  readonly acceptance: string;
  readonly acceptanceMac: string;
  readonly acceptancePayload: string;
  readonly refused: {
    readonly offers: readonly {
      readonly name: string;
      readonly reason: VaultReason;
      readonly offer: string;
      readonly mac: string;
      readonly secret: string;
      readonly now: number;
    }[];
    readonly acceptances: readonly {
      readonly name: string;
      readonly reason: VaultReason;
      readonly acceptance: string;
      readonly mac: string;
      readonly secret: string;
      readonly myOffer: string;
      readonly now: number;
    }[];
  };
}

/** The code, both messages, and each forgery refused. */
export async function checkPairing(vectors: PairingVectors, expect: Expectation): Promise<void> {
  expect.equal(newPairingCode(() => fromHex(vectors.random)).code, vectors.code, 'pairing code');
  for (const text of [vectors.code, ...vectors.typed]) {
    const parsed = parsePairingCode(text);
    expect.equal(parsed.code, vectors.code, `the code of "${text}"`);
    expect.equal(parsed.locator, vectors.locator, `the locator of "${text}"`);
    expect.bytes(parsed.secret, fromHex(vectors.secret), `the secret of "${text}"`);
  }
  const { offer, offerMac, acceptance, acceptanceMac, now } = vectors;
  const secret = fromHex(vectors.secret);
  const offered = await verifyOffer({ offer, mac: offerMac, secret, now });
  expect.equal(JSON.stringify(offered), vectors.offerPayload, 'offer');
  const given = { acceptance, mac: acceptanceMac, secret, myOffer: offer, now };
  expect.equal(JSON.stringify(await verifyAcceptance(given)), vectors.acceptancePayload, 'acceptance');
  for (const forgery of vectors.refused.offers) {
    const attempt = () => verifyOffer({ ...forgery, secret: fromHex(forgery.secret) });
    await expect.refused(attempt, forgery.reason, forgery.name);
  }
  for (const forgery of vectors.refused.acceptances) {
    const attempt = () => verifyAcceptance({ ...forgery, secret: fromHex(forgery.secret) });
    await expect.refused(attempt, forgery.reason, forgery.name);
  }
}
