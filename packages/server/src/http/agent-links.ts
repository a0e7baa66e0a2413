import { randomUUID } from 'node:crypto';
import { LIVE_RECORD_BYTES_MAX } from '@nightlatch/protocol/live';
import { routes } from '@nightlatch/protocol/routes';
import type { Cloud } from '../cloud.ts';
import { resolveLinkingAgent } from './caller.ts';
import { failureAnswer } from './failures.ts';
import { PRIORITY_OF } from './priorities.ts';
import { linkAgent } from './routes/agent/link.ts';
import { securityHeaders } from './security-headers.ts';
import { answerUpgrade, becomeSocket, type DirectRoute, type Upgrade } from './upgrade.ts';

const { path, method } = routes['agent.link'];

/** The look at who shows a ticket is an HMAC: it needs no turn of its own, and no memory of who was somebody lately. */
const isTicket = (authorization = ''): boolean => /^Ticket /i.test(authorization);

/**
 * Takes up the links of agents that come back by a ticket without the router: after an outage all of them come at once.
 * Turn, caller, gate and refusals are those of the route of the contract; nothing else of the router's work is
 * about them, for what an agent may do does not hang on where a page is from.
 */
export function agentLinks(cloud: Cloud): DirectRoute {
  const headers = securityHeaders(cloud.config);

  const refuse = (upgrade: Upgrade, error: unknown, since: number): void => {
    const id = randomUUID();
    const answer = failureAnswer(error, { id, log: cloud.log });
    answerUpgrade(upgrade, { ...answer, headers: { ...headers, ...answer.headers } });
    cloud.log.debug({
      ...{ reqId: id, route: `${method} ${path}`, status: answer.status },
      milliseconds: Math.round(performance.now() - since),
    });
  };
  const take = async (upgrade: Upgrade): Promise<void> => {
    using _turn = await cloud.admission.enter(PRIORITY_OF['agent.link']);
    const caller = await resolveLinkingAgent(cloud, upgrade.request);
    await linkAgent(cloud, caller, () => becomeSocket(upgrade, LIVE_RECORD_BYTES_MAX));
  };
  return {
    path,
    takes: ({ headers }) => isTicket(headers.authorization),
    take: (upgrade) => {
      const since = performance.now();
      take(upgrade).catch((error: unknown) => refuse(upgrade, error, since));
    },
  };
}
