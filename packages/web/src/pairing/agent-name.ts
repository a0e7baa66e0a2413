import type { AgentId } from '@nightlatch/protocol/ids';

/** The first eight characters of an agent's id in two groups, to compare by eye: "4F7K 92QM". */
export function agentInWords(agent: AgentId): string {
  const body = agent.slice('agent_'.length).toUpperCase();
  return `${body.slice(0, 4)} ${body.slice(4, 8)}`;
}
