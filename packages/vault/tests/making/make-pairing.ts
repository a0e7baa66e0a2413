import { PAIRING_SECONDS, PairingAcceptance, PairingOffer } from '@nightlatch/protocol/pairing';
import { hashText } from '../../src/encoding.ts';
import { acceptOffer, makeOffer, newPairingCode } from '../../src/pairing.ts';
import { unverifiedPayload } from '../../src/signing.ts';
import type { PairingVectors } from '../../src/vectors/check-pairing.ts';
import { toHex } from '../../src/vectors/expect.ts';
import { device, home, otherDevice, otherPairing, owner, pairing, ramp, startedAt } from './fixed.ts';

export async function makePairing(): Promise<PairingVectors> {
  const random = ramp(0x0a, 20);
  const { code, locator, secret } = newPairingCode(() => random);
  const otherSecret = newPairingCode(() => ramp(0x33, 20)).secret;
  const expiresAt = startedAt + PAIRING_SECONDS * 1000;
  const now = startedAt + 30_000;
  const mine = await makeOffer({ secret, device, pairing, expiresAt });
  const earlier = await makeOffer({ secret, device, pairing: otherPairing, expiresAt });
  const renewed = await makeOffer({ secret, device, pairing, expiresAt: expiresAt + 1 });
  const neighbour = await makeOffer({ secret, device: otherDevice, pairing, expiresAt });
  const accept = (offer: string, by = secret) =>
    acceptOffer({
      secret: by,
      offer,
      home,
      owner: owner.account,
      signing: owner.signing,
      genesisHash,
    });
  const genesisHash = await hashText('the first entry of a home log');
  const answer = await accept(mine.offer);
  const offerBase = { offer: mine.offer, mac: mine.mac, secret: toHex(secret), now };
  const answerBase = { ...answer, secret: toHex(secret), myOffer: mine.offer, now };
  return {
    random: toHex(random),
    code,
    typed: [
      code.toLowerCase(),
      code.replaceAll('-', ''),
      ` ${code.replaceAll('-', ' ')} `,
      code.replaceAll('0', 'O').replaceAll('1', 'l'),
    ],
    locator,
    secret: toHex(secret),
    now,
    offer: mine.offer,
    offerMac: mine.mac,
    offerPayload: JSON.stringify(unverifiedPayload(mine.offer, PairingOffer)),
    acceptance: answer.acceptance,
    acceptanceMac: answer.mac,
    acceptancePayload: JSON.stringify(unverifiedPayload(answer.acceptance, PairingAcceptance)),
    refused: {
      offers: [
        { ...offerBase, name: 'another code', reason: 'wrong-key', secret: toHex(otherSecret) },
        { ...offerBase, name: 'offer exchanged under its MAC', reason: 'wrong-key', offer: neighbour.offer },
        { ...offerBase, name: 'MAC of the other direction', reason: 'wrong-key', mac: answer.mac },
        { ...offerBase, name: 'run out', reason: 'expired', now: expiresAt },
      ],
      acceptances: [
        { ...answerBase, name: 'another code', reason: 'wrong-key', secret: toHex(otherSecret) },
        {
          ...answerBase,
          ...(await accept(mine.offer, otherSecret)),
          name: 'by somebody without the code',
          reason: 'wrong-key',
        },
        {
          ...answerBase,
          ...(await accept(neighbour.offer)),
          name: 'for another agent',
          reason: 'wrong-subject',
        },
        {
          ...answerBase,
          ...(await accept(earlier.offer)),
          name: 'for an earlier pairing',
          reason: 'replayed',
        },
        {
          ...answerBase,
          ...(await accept(renewed.offer)),
          name: 'for another offer of this pairing',
          reason: 'replayed',
        },
        { ...answerBase, name: 'run out', reason: 'expired', now: expiresAt },
      ],
    },
  };
}
