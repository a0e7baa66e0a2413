import { Hash, PublicKey } from '@nightlatch/protocol/encoding';
import { AgentId, HomeId } from '@nightlatch/protocol/ids';
import { z } from 'zod';
import { statement } from '../statement.ts';

const Done = z.object({ done: z.literal(true) });

// The first two name no column of the row in `returning` or `on conflict`: then its policy for reading would hold,
// which asks for the membership that is only being made.

/** Parameters: home, genesis hash, owner's signing key. No row when the home exists already. */
export const insertHome = statement({
  name: 'insert-home',
  text: `
insert into homes (home_id, genesis_hash, owner_signing_key, log_sequence, log_hash)
values ($1, $2, $3, 0, $2)
on conflict do nothing
returning true as done`,
  row: Done,
});

/** A home that begins with this entry, of a member. Parameters: home, account, genesis hash. */
export const ownHome = statement({
  name: 'own-home',
  text: `
select true as done from homes h
join memberships m on m.home_id = h.home_id and m.validity @> now()
where h.home_id = $1 and m.account_id = $2 and h.genesis_hash = $3`,
  row: Done,
});

/** Parameters: home, account. */
export const insertOwner = statement({
  name: 'insert-owner',
  text: `insert into memberships (home_id, account_id, role) values ($1, $2, 'owner') returning true as done`,
  row: Done,
});

/** The home's head, locked until the transaction ends, so that appends come one after the other. Parameter: home. */
export const lockHome = statement({
  name: 'lock-home',
  text: `
select home_id as home, owner_signing_key as "ownerSigningKey", genesis_hash as "genesisHash",
  log_sequence as sequence, log_hash as hash,
  (select coalesce(sum(octet_length(l.entry)), 0)::bigint from home_log l where l.home_id = $1) as "logBytes"
from homes where home_id = $1 for update`,
  row: z.object({
    home: HomeId,
    ownerSigningKey: PublicKey,
    genesisHash: Hash,
    sequence: z.number(),
    hash: Hash,
    logBytes: z.number(),
  }),
});

/** Parameter: home. */
export const wholeLog = statement({
  name: 'whole-log',
  text: 'select l.sequence, l.entry from home_log l where l.home_id = $1',
  order: 'sequence',
  row: z.object({ sequence: z.number(), entry: z.string() }),
});

/** Parameters: home, sequences, entries, hashes. */
export const insertEntries = statement({
  name: 'insert-entries',
  text: `
insert into home_log (home_id, sequence, entry, entry_hash)
select $1, sequence, entry, hash
from unnest($2::int[], $3::text[], $4::text[]) as new (sequence, entry, hash)
returning sequence`,
  row: z.object({ sequence: z.number() }),
});

/** Parameters: home, sequence, hash, sequence that it was. */
export const moveHead = statement({
  name: 'move-head',
  text: `
update homes set log_sequence = $2::int, log_hash = $3
where home_id = $1 and log_sequence = $4::int
returning log_sequence as sequence`,
  row: z.object({ sequence: z.number() }),
});

/** The agent of the scope ends its own pin, wherever it is. Parameter: agent. */
export const endOwnPin = statement({
  name: 'end-own-pin',
  text: `
update agent_pins set validity = tstzrange(lower(validity), now())
where agent_id = $1 and upper_inf(validity)
returning agent_id as agent`,
  row: z.object({ agent: AgentId }),
});

/** Parameters: home, agent, device key. No row when the agent is pinned somewhere already. */
export const insertPin = statement({
  name: 'insert-pin',
  text: `
insert into agent_pins (home_id, agent_id, device_key) values ($1, $2, $3)
on conflict (agent_id) where upper_inf(validity) do nothing
returning agent_id as agent`,
  row: z.object({ agent: AgentId }),
});

/** Whether the agent is pinned at this home, with this key. Parameters: home, agent, device key. */
export const pinnedHere = statement({
  name: 'pinned-here',
  text: `
select agent_id as agent from agent_pins
where home_id = $1 and agent_id = $2 and device_key = $3 and validity @> now()`,
  row: z.object({ agent: AgentId }),
});

/** Parameters: home, camera, epoch, public key, sequence of the entry. */
export const insertEpoch = statement({
  name: 'insert-epoch',
  text: `
insert into epochs (home_id, camera_id, epoch, public_key, log_sequence)
values ($1, $2, $3::bigint, $4, $5::int)
returning epoch`,
  row: z.object({ epoch: z.number() }),
});

/** The log from its first entry. Parameters: home, sequence of the last entry. */
export const logUpTo = statement({
  name: 'log-up-to',
  text: 'select l.home_id as home, l.sequence, l.entry from home_log l where l.home_id = $1 and l.sequence <= $2::int',
  order: 'sequence',
  row: z.object({ home: HomeId, sequence: z.number(), entry: z.string() }),
});
