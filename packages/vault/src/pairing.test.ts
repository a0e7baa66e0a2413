import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import {
  PAIRING_ACCEPTANCE_TYP,
  PAIRING_CODE,
  PAIRING_OFFER_TYP,
  PairingLocator,
} from '@nightlatch/protocol/pairing';
import { device, home, otherDevice, owner, pairing, stranger } from '../tests/making/fixed.ts';
import { hashText, lengthPrefixed, systemRandom, toBase64Url, utf8 } from './encoding.ts';
import {
  acceptOffer,
  makeOffer,
  newPairingCode,
  parsePairingCode,
  verifyAcceptance,
  verifyOffer,
} from './pairing.ts';
import { signJws } from './signing.ts';
import type { PairingVectors } from './vectors/check-pairing.ts';
import { fromHex } from './vectors/expect.ts';

const vectors: PairingVectors = JSON.parse(
  await readFile(new URL('../vectors/pairing.json', import.meta.url), 'utf8'),
);
const expiresAt = 1_000_000;
const now = 999_999;
const { secret } = newPairingCode(systemRandom);
const offered = await makeOffer({ secret, device, pairing, expiresAt });
const genesisHash = await hashText('genesis');
const accepting = { offer: offered.offer, home, owner: owner.account, signing: owner.signing, genesisHash };
const accepted = await acceptOffer({ secret, ...accepting });

/** A MAC made as the README says, by somebody who has the secret and signs what he likes. */
async function macByHand(direction: string, jws: string): Promise<string> {
  const key = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey']);
  const info = lengthPrefixed('nightlatch pairing mac v1', direction);
  const parameters = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info };
  const hmac = { name: 'HMAC', hash: 'SHA-256', length: 256 };
  const macKey = await crypto.subtle.deriveKey(parameters, key, hmac, false, ['sign']);
  return toBase64Url(new Uint8Array(await crypto.subtle.sign('HMAC', macKey, utf8(jws))));
}

test('a code is shown in five groups and read back in any spelling', () => {
  const made = newPairingCode(systemRandom);
  assert.match(made.code, PAIRING_CODE);
  assert.equal(PairingLocator.parse(made.locator), made.code.slice(0, 4));
  assert.equal(made.secret.length, 10);
  const spelled = made.code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'L');
  assert.deepEqual(parsePairingCode(`  ${spelled}\n`), made);
  assert.deepEqual(parsePairingCode(made.code.replaceAll('-', '–')), made);
});

test('what is no code is refused', () => {
  const good = newPairingCode(systemRandom).code;
  for (const text of [
    '',
    good.slice(1),
    `${good}0`,
    good.replace(/^./, 'U'),
    good.replace(/^./, '!'),
    `${good}${' '.repeat(100)}`,
  ]) {
    assert.throws(() => parsePairingCode(text), { reason: 'malformed' }, text);
  }
});

test('every character behind the locator is part of the secret, and the locator is not', () => {
  const zero = '0000-0000-0000-0000-0000';
  const secretOf = (text: string) => toBase64Url(parsePairingCode(text).secret);
  const seen = new Set([secretOf(zero)]);
  const characters = zero.replaceAll('-', '');
  for (let index = 4; index < 20; index++) {
    seen.add(secretOf(`${characters.slice(0, index)}Z${characters.slice(index + 1)}`));
  }
  assert.equal(seen.size, 17);
  assert.equal(secretOf(`ZZZZ${characters.slice(4)}`), secretOf(zero));
});

test('owner and agent come to know each other', async () => {
  const offer = await verifyOffer({ ...offered, secret, now });
  assert.deepEqual(offer, { pairing, agent: device.agent, deviceKey: device.publicKey, expiresAt });
  const answer = await verifyAcceptance({ ...accepted, secret, myOffer: offered.offer, now });
  assert.deepEqual(
    [answer.home, answer.owner, answer.ownerKey],
    [home, owner.account, owner.keys.signingKey],
  );
  assert.equal(answer.genesisHash, genesisHash);
});

for (const forgery of vectors.refused.offers) {
  test(`refused as an offer: ${forgery.name}`, async () => {
    const attempt = verifyOffer({ ...forgery, secret: fromHex(forgery.secret) });
    await assert.rejects(attempt, { name: 'VaultError', reason: forgery.reason });
  });
}

for (const forgery of vectors.refused.acceptances) {
  test(`refused as an acceptance: ${forgery.name}`, async () => {
    const attempt = verifyAcceptance({ ...forgery, secret: fromHex(forgery.secret) });
    await assert.rejects(attempt, { name: 'VaultError', reason: forgery.reason });
  });
}

test('an offer by a key that is not the one it names is refused, even from somebody with the code', async () => {
  const payload = { pairing, agent: device.agent, deviceKey: device.publicKey, expiresAt };
  const offer = await signJws(payload, { typ: PAIRING_OFFER_TYP, privateKey: otherDevice.privateKey });
  const mac = await macByHand('offer', offer);
  await assert.rejects(verifyOffer({ offer, mac, secret, now }), { reason: 'wrong-signature' });
});

test('an offer under the id of another agent is refused, even from somebody with the code', async () => {
  const payload = { pairing, agent: otherDevice.agent, deviceKey: device.publicKey, expiresAt };
  const offer = await signJws(payload, { typ: PAIRING_OFFER_TYP, privateKey: device.privateKey });
  const mac = await macByHand('offer', offer);
  await assert.rejects(verifyOffer({ offer, mac, secret, now }), { reason: 'wrong-subject' });
});

test('an owner who is not the account of the key that signed is refused', async () => {
  const given = { ...accepting, secret, owner: stranger.account };
  const claimed = await acceptOffer(given);
  const attempt = verifyAcceptance({ ...claimed, secret, myOffer: offered.offer, now });
  await assert.rejects(attempt, { reason: 'wrong-subject' });
});

test('a statement of another type is refused on either side, under a good MAC', async () => {
  const payload = { pairing, agent: device.agent, deviceKey: device.publicKey, expiresAt };
  const offer = await signJws(payload, { typ: PAIRING_ACCEPTANCE_TYP, privateKey: device.privateKey });
  const crossedOffer = verifyOffer({ offer, mac: await macByHand('offer', offer), secret, now });
  await assert.rejects(crossedOffer, { reason: 'wrong-type' });

  const said = {
    pairing,
    agent: device.agent,
    offerHash: await hashText(offered.offer),
    home,
    owner: owner.account,
  };
  const answer = { ...said, ownerKey: owner.keys.signingKey, genesisHash };
  const acceptance = await signJws(answer, { typ: PAIRING_OFFER_TYP, privateKey: owner.signing.privateKey });
  const mac = await macByHand('acceptance', acceptance);
  const crossed = verifyAcceptance({ acceptance, mac, secret, myOffer: offered.offer, now });
  await assert.rejects(crossed, { reason: 'wrong-type' });
});

test('an acceptance for the same pairing and offer text, but another pairing id, is a replay', async () => {
  const other = vectors.refused.acceptances.find(({ name }) => name === 'for an earlier pairing');
  assert.equal(other?.reason, 'replayed');
  const said = {
    pairing: 'pair_4j2nap2nb5eyc3j6f3kfy3g2c0',
    agent: device.agent,
    home,
    owner: owner.account,
  };
  const answer = {
    ...said,
    offerHash: await hashText(offered.offer),
    ownerKey: owner.keys.signingKey,
    genesisHash,
  };
  const acceptance = await signJws(answer, {
    typ: PAIRING_ACCEPTANCE_TYP,
    privateKey: owner.signing.privateKey,
  });
  const mac = await macByHand('acceptance', acceptance);
  const attempt = verifyAcceptance({ acceptance, mac, secret, myOffer: offered.offer, now });
  await assert.rejects(attempt, { reason: 'replayed' });
});

test('a message cannot be sent back as the answer to itself: each direction has its own MAC', async () => {
  assert.equal(await macByHand('offer', offered.offer), offered.mac);
  const reflected = verifyOffer({
    offer: offered.offer,
    mac: await macByHand('acceptance', offered.offer),
    secret,
    now,
  });
  await assert.rejects(reflected, { reason: 'wrong-key' });
});

test('a secret or a MAC of another length is refused', async () => {
  await assert.rejects(verifyOffer({ ...offered, secret: secret.slice(1), now }), { reason: 'malformed' });
  await assert.rejects(verifyOffer({ ...offered, mac: offered.mac.slice(4), secret, now }), {
    reason: 'malformed',
  });
});
