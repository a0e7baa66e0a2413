import { type Household, newHousehold } from './household.ts';
import type { ListeningCloud } from './listening.ts';
import type { SealedEvent } from './sealed-event.ts';
import { pairedAgent, type SyntheticAgent } from './synthetic-agent.ts';

/** A home with an agent, a camera and an event that has arrived. */
export interface Side {
  readonly household: Household;
  readonly agent: SyntheticAgent;
  readonly event: SealedEvent;
}

export async function newSide(cloud: ListeningCloud): Promise<Side> {
  const household = await newHousehold(cloud);
  const agent = await pairedAgent(cloud.url, household);
  const event = await agent.record(household);
  await agent.deliver(event);
  return { household, agent, event };
}
