import { AgentId, PairingId } from '@nightlatch/protocol/ids';
import { z } from 'zod';
import { statement } from '../statement.ts';

/** Takes out what has run out under a locator, and the agent's own earlier offers. Parameters: locator, agent, pairing. */
export const withdrawPairings = statement({
  name: 'withdraw-pairings',
  text: `
delete from pairings
where home_id is null and pairing_id <> $3
  and (locator = $1 and expires_at <= now() or agent_id = $2)
returning pairing_id as pairing`,
  row: z.object({ pairing: PairingId }),
});

/** Parameters: pairing, locator, agent, offer, mac, expiry, longest seconds. No row when the locator is in use. */
export const insertPairing = statement({
  name: 'insert-pairing',
  text: `
insert into pairings (pairing_id, locator, agent_id, offer, mac, expires_at)
select $1, $2, $3, $4, $5, least(to_timestamp($6::bigint / 1000.0), now() + make_interval(secs => $7::int))
on conflict do nothing
returning pairing_id as pairing`,
  row: z.object({ pairing: PairingId }),
});

/** Parameter: pairing. Of the agent in the scope only. */
export const pairingOfAgent = statement({
  name: 'pairing-of-agent',
  text: `
select p.pairing_id as pairing, p.agent_id as agent, p.locator, p.offer, p.mac, p.acceptance,
  p.acceptance_mac as "acceptanceMac", p.expires_at <= now() as expired
from pairings p where p.pairing_id = $1`,
  row: z.object({
    pairing: PairingId,
    agent: AgentId,
    locator: z.string(),
    offer: z.string(),
    mac: z.string(),
    acceptance: z.string().nullable(),
    acceptanceMac: z.string().nullable(),
    expired: z.boolean(),
  }),
});

/** Open offers under a locator. Parameter: locator. */
export const openPairings = statement({
  name: 'open-pairings',
  text: `
select p.pairing_id as pairing, p.agent_id as agent, p.offer, p.mac
from pairings p where p.locator = $1 and p.home_id is null and p.expires_at > now()
limit 2`,
  row: z.object({ pairing: PairingId, agent: AgentId, offer: z.string(), mac: z.string() }),
});

/** An open offer, locked. Parameter: pairing. */
export const lockPairing = statement({
  name: 'lock-pairing',
  text: `
select p.pairing_id as pairing, p.agent_id as agent, p.offer
from pairings p where p.pairing_id = $1 and p.home_id is null and p.expires_at > now()
for update`,
  row: z.object({ pairing: PairingId, agent: AgentId, offer: z.string() }),
});

/** Parameters: pairing, home, acceptance, mac. */
export const acceptPairing = statement({
  name: 'accept-pairing',
  text: `
update pairings set home_id = $2, acceptance = $3, acceptance_mac = $4, accepted_at = now()
where pairing_id = $1 and home_id is null and expires_at > now()
returning pairing_id as pairing`,
  row: z.object({ pairing: PairingId }),
});
