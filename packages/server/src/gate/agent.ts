import type { PublicKey } from '@nightlatch/protocol/encoding';
import type { AgentId, HomeId } from '@nightlatch/protocol/ids';
import { notFound } from '../refusals.ts';
import type { Ask } from '../sql/database.ts';
import { gateAgent } from '../sql/statements/gate-agent.ts';
import type { GateParts } from './gate.ts';
import type { Grant } from './grant.ts';

export interface AgentContent {
  readonly what: 'agent';
  readonly agent: AgentId;
  /** Where it is pinned as of now. */
  readonly home: HomeId;
  /** The key that the owner pinned; what the agent sends is verified with this one. */
  readonly deviceKey: PublicKey;
}

/** Whether an agent is pinned at a home, as of now. */
export function agentQuestion({ database, prove, authority }: GateParts) {
  return async (asked: { agent: AgentId; home: HomeId }, ask?: Ask): Promise<Grant<AgentContent>> => {
    const { agent, home } = asked;
    const [row, more] = await (ask === undefined
      ? database.ask({ agent }, gateAgent, [agent, home])
      : ask(gateAgent, [agent, home]));
    if (row === undefined || more !== undefined) throw notFound();
    prove({ agent, home }, row);
    return authority.mint({ what: 'agent' as const, agent, home, deviceKey: row.deviceKey });
  };
}
