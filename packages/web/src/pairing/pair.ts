import { NightlatchError } from '@nightlatch/protocol/errors';
import type { PairingOffer } from '@nightlatch/protocol/pairing';
import { VaultError, type VaultReason } from '@nightlatch/vault/errors';
import { acceptOffer, type PairingCode, parsePairingCode, verifyOffer } from '@nightlatch/vault/pairing';
import { call } from '../api/client.ts';
import { appendToLog } from '../household/append.ts';
import type { Household } from '../household/household.ts';

/** An agent's offer that was verified with the code somebody read off that agent. */
export interface VerifiedOffer {
  readonly code: PairingCode;
  readonly jws: string;
  readonly offer: PairingOffer;
}

const crossed =
  'The answer that came does not belong to this code. Nothing was paired. Compare the code with the one that the agent shows; if it is right, let the agent show a new one.';
const WORDS: Partial<Record<VaultReason, string>> = {
  malformed: 'This is not a whole pairing code yet. It has 20 letters and digits in five groups of four.',
  expired: 'This code has run out: codes last ten minutes. Nothing was paired. The agent shows a new one.',
};

function inWords(error: unknown): never {
  if (error instanceof VaultError)
    throw new NightlatchError('unprocessable', WORDS[error.reason] ?? crossed, { cause: error });
  if (error instanceof NightlatchError && error.kind === 'not-found')
    throw new NightlatchError(
      'not-found',
      'No agent is waiting with this code. Nothing was paired. Codes last ten minutes: check the one that the agent shows now.',
      { cause: error },
    );
  throw error;
}

/** Asks for the offer behind a code, and refuses every offer but the one of the agent that shows the code. */
export async function findAgent(household: Household, typed: string): Promise<VerifiedOffer> {
  try {
    const code = parsePairingCode(typed);
    const claimed = await call('pairings.claim', {
      params: { home: household.home },
      input: { locator: code.locator },
    });
    const offer = await verifyOffer({ ...claimed, secret: code.secret, now: Date.now() });
    return { code, jws: claimed.offer, offer };
  } catch (error) {
    return inWords(error);
  }
}

/** Accepts a verified offer: the home log pins the agent's key, and the agent gets this home's. */
export async function pairAgent(household: Household, found: VerifiedOffer): Promise<void> {
  const { offer, jws, code } = found;
  const { home, signing, account, log } = household;
  const accepted = await acceptOffer({
    secret: code.secret,
    offer: jws,
    home,
    owner: account.account,
    signing,
    genesisHash: log.genesisHash,
  });
  await appendToLog(
    household,
    () => [{ kind: 'pin-agent', agent: offer.agent, deviceKey: offer.deviceKey }],
    async ([entry]) => {
      if (entry === undefined) throw new Error('there is one entry to pin one agent');
      await call('pairings.accept', {
        params: { home },
        input: { pairing: offer.pairing, ...accepted, entry },
      });
    },
  ).catch(inWords);
}
