import { NightlatchError } from '@nightlatch/protocol/errors';
import type { HomeLogHead } from '@nightlatch/protocol/homelog';
import type { AccountId, HomeId, PairingId } from '@nightlatch/protocol/ids';
import {
  PAIRING_ACCEPTANCE_TYP,
  PAIRING_OFFER_TYP,
  PAIRING_SECONDS,
  PairingAcceptance,
  PairingOffer,
  type PairingState,
} from '@nightlatch/protocol/pairing';
import { deviceIdentity } from '@nightlatch/vault/device';
import { hashText } from '@nightlatch/vault/encoding';
import { unverifiedPayload, verifyJws } from '@nightlatch/vault/signing';
import type { AgentCaller } from '../http/handler.ts';
import { notFound } from '../refusals.ts';
import type { Ask, Database } from '../sql/database.ts';
import { endOwnPin, insertPin, pinnedHere } from '../sql/statements/home-log.ts';
import {
  acceptPairing,
  insertPairing,
  lockPairing,
  openPairings,
  pairingOfAgent,
  withdrawPairings,
} from '../sql/statements/pairings.ts';
import { appendEntries } from './append.ts';
import { unprocessable, verified } from './refusal.ts';

const conflict = (what: string): NightlatchError =>
  new NightlatchError('conflict', `${what} Nothing was changed.`);

/** The offer, by the key that it names. Whether it comes from the person's own agent is for the code's secret to prove. */
const offerOf = (offer: string): Promise<PairingOffer> =>
  verified(async () => {
    const { deviceKey } = unverifiedPayload(offer, PairingOffer);
    const said = await verifyJws(offer, {
      typ: PAIRING_OFFER_TYP,
      publicKey: deviceKey,
      schema: PairingOffer,
    });
    if (said.agent !== (await deviceIdentity(deviceKey)))
      throw unprocessable('The offer names another agent.');
    return said;
  });

/**
 * An agent offers to be paired; an earlier offer of its own is withdrawn. The same offer again is the same answer. An
 * agent that is pinned offers itself only where it does not know that home: it lost its settings, or it refused
 * whoever accepted without the code's secret, which we cannot check. Its pin ends, so that nobody can keep it.
 */
export async function openPairing(
  database: Database,
  { agent }: AgentCaller,
  given: { locator: string; offer: string; mac: string },
): Promise<void> {
  const { locator, offer, mac } = given;
  const said = await offerOf(offer);
  if (said.agent !== agent) throw unprocessable('The offer is of another agent.');
  await database.transact({ agent }, async (ask) => {
    const [before] = await ask(pairingOfAgent, [said.pairing]);
    if (before?.offer === offer && before.mac === mac && before.locator === locator) return;
    await ask(endOwnPin, [agent]);
    await ask(withdrawPairings, [locator, agent, said.pairing]);
    const [opened] = await ask(insertPairing, [
      said.pairing,
      locator,
      agent,
      offer,
      mac,
      said.expiresAt,
      PAIRING_SECONDS,
    ]);
    if (opened === undefined) throw conflict('This code is in use; make another.');
  });
}

export async function pairingState(
  database: Database,
  { agent }: AgentCaller,
  pairing: PairingId,
): Promise<PairingState> {
  const [row] = await database.ask({ agent }, pairingOfAgent, [pairing]);
  if (row === undefined || row.agent !== agent) throw notFound();
  if (row.acceptance !== null && row.acceptanceMac !== null)
    return { state: 'accepted', acceptance: row.acceptance, mac: row.acceptanceMac };
  return { state: row.expired ? 'expired' : 'waiting' };
}

/** The open offer under a locator, for somebody whom the gate has found to be the owner of a home. */
export async function claimPairing(
  database: Database,
  account: AccountId,
  locator: string,
): Promise<{ offer: string; mac: string }> {
  const [row, more] = await database.ask({ account }, openPairings, [locator]);
  if (row === undefined || more !== undefined) throw notFound();
  return { offer: row.offer, mac: row.mac };
}

/**
 * Accepts an offer and pins its agent, in the transaction of `ask` and once only. The acceptance must be by the owner's
 * key and for exactly this offer, home and log; what the code's secret proves, the agent checks for itself.
 */
export async function acceptOffer(
  ask: Ask,
  home: HomeId,
  given: { pairing: PairingId; acceptance: string; mac: string; entry: string },
): Promise<HomeLogHead> {
  const [offered] = await ask(lockPairing, [given.pairing]);
  if (offered === undefined) throw notFound();
  const offer = await offerOf(offered.offer);
  let pinned = false;
  const { head, before } = await appendEntries(ask, home, [given.entry], async (action) => {
    if (action.agent !== offered.agent || action.deviceKey !== offer.deviceKey)
      throw unprocessable('The entry pins another agent than the one that offered.');
    const [pin] = await ask(insertPin, [home, action.agent, action.deviceKey]);
    const [here] = pin === undefined ? await ask(pinnedHere, [home, action.agent, action.deviceKey]) : [pin];
    if (here === undefined) throw conflict('This agent belongs to a home already.');
    pinned = true;
  });
  if (!pinned) throw unprocessable('The entry does not pin the agent.');

  const said = await verified(() =>
    verifyJws(given.acceptance, {
      typ: PAIRING_ACCEPTANCE_TYP,
      publicKey: before.ownerSigningKey,
      schema: PairingAcceptance,
    }),
  );
  const right =
    said.pairing === given.pairing &&
    said.agent === offered.agent &&
    said.offerHash === (await hashText(offered.offer)) &&
    said.home === home &&
    said.owner === before.owner &&
    said.ownerKey === before.ownerSigningKey &&
    said.genesisHash === before.genesisHash;
  if (!right) throw unprocessable('The acceptance is of another offer, home or owner.');
  const [accepted] = await ask(acceptPairing, [given.pairing, home, given.acceptance, given.mac]);
  if (accepted === undefined) throw notFound();
  return head;
}
