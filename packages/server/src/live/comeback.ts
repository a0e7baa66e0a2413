import type { LinkOrder } from '@nightlatch/protocol/live';
import type { AgentSessions } from '../agents/sessions.ts';
import type { Tickets } from '../agents/tickets.ts';
import type { Clock } from '../foundation.ts';
import type { LinkContent } from '../gate/link.ts';
import type { Slots } from './slots.ts';

const PROLONG_MILLISECONDS = 3_600_000;

/** What an agent with a link is told in advance, so that it can come back after an outage: its slot and its ticket. */
export interface Comeback {
  order(): LinkOrder;
  /** What it has to be told anew by now, if anything. */
  renewed(): Promise<LinkOrder | undefined>;
  leave(): void;
}

export function createComeback(
  parts: {
    readonly slots: Slots;
    readonly tickets: Tickets;
    readonly agents: Pick<AgentSessions, 'prolong'>;
    readonly clock: Clock;
  },
  link: LinkContent,
): Comeback {
  const { slots, tickets, agents, clock } = parts;
  const seat = slots.take();
  let { sessionExpiresAt } = link;
  // By the position, or all who came back in the same minute would be prolonged in the same minute.
  let prolongAt = clock() + PROLONG_MILLISECONDS * (0.5 + seat.slot().position / 2);

  const order = (): LinkOrder => {
    const { ticket, expiresAt } = tickets.issue(link, sessionExpiresAt);
    return { kind: 'slot', slot: seat.slot(), ticket, ticketExpiresAt: expiresAt };
  };
  return {
    order,
    renewed: async () => {
      if (clock() < prolongAt) return seat.isStale() ? order() : undefined;
      prolongAt = clock() + PROLONG_MILLISECONDS;
      sessionExpiresAt = (await agents.prolong(link.tokenHash)) ?? sessionExpiresAt;
      return order();
    },
    leave: seat.leave,
  };
}
