import type { IncomingMessage } from 'node:http';
import { NightlatchError } from '@nightlatch/protocol/errors';
import type { Permission } from '@nightlatch/protocol/route';
import { tokenHash } from '../accounts/sessions.ts';
import type { Cloud } from '../cloud.ts';
import { notFound, notSignedIn, signInAgain } from '../refusals.ts';
import type { AccountCaller, AgentCaller, Caller, PairedAgentCaller } from './handler.ts';
import { readSessionCookie } from './session-cookie.ts';

const BEARER = /^Bearer ([A-Za-z0-9_-]{43})$/i;
const TICKET = /^Ticket ([A-Za-z0-9._-]{1,512})$/i;

const isOfAgents = (permission: Permission): permission is 'agent' | 'paired-agent' | 'linking-agent' =>
  permission === 'agent' || permission === 'paired-agent' || permission === 'linking-agent';

/**
 * What the caller of such a route is known by: the token of its session alone, so that nobody is known by more than one
 * thing, nor by what others may show as well. Undefined where nothing is shown, or nobody is looked at.
 */
export function shownBy(
  { config }: Pick<Cloud, 'config'>,
  permission: Permission,
  request: Pick<IncomingMessage, 'headers'>,
): string | undefined {
  if (permission === 'anyone') return undefined;
  return isOfAgents(permission) ? request.headers.authorization : readSessionCookie(config, request);
}

/**
 * Who calls, with a session of the sort that the route asks for; read from the database at every request. An agent's
 * token opens no account's route and a cookie no agent's; a request that carries both is nobody's.
 * Throws `not-signed-in`, `sign-in-again` for a recovery session where a full one is needed, and `not-found` for an
 * agent that is not paired where that is needed.
 */
export async function resolveCaller(
  cloud: Cloud,
  permission: Permission,
  request: Pick<IncomingMessage, 'headers'>,
): Promise<Caller> {
  if (permission === 'anyone') return { kind: 'anyone' };
  const cookie = readSessionCookie(cloud.config, request);
  const authorization = request.headers.authorization;
  if (cookie !== undefined && /^(Bearer|Ticket)\b/i.test(authorization ?? ''))
    throw new NightlatchError(
      'bad-input',
      'A request carries the cookie of an account or the token of an agent, never both. Nothing was changed.',
    );
  return isOfAgents(permission)
    ? resolveAgent(cloud, permission, authorization)
    : resolveAccount(cloud, permission, cookie);
}

/** The caller of the route of the links, which a reconnect ticket opens as well. Throws as `resolveCaller` does. */
export async function resolveLinkingAgent(
  cloud: Cloud,
  request: Pick<IncomingMessage, 'headers'>,
): Promise<PairedAgentCaller> {
  const caller = await resolveCaller(cloud, 'linking-agent', request);
  if (caller.kind !== 'agent' || caller.home === null) throw notFound();
  return { ...caller, home: caller.home };
}

async function resolveAgent(
  cloud: Cloud,
  permission: 'agent' | 'paired-agent' | 'linking-agent',
  authorization = '',
): Promise<AgentCaller> {
  const ticket = permission === 'linking-agent' ? TICKET.exec(authorization)?.[1] : undefined;
  if (ticket !== undefined) {
    const whose = cloud.tickets.read(ticket);
    if (whose === undefined) throw notSignedIn();
    return { kind: 'agent', ...whose };
  }
  const token = BEARER.exec(authorization)?.[1];
  const agent = token === undefined ? undefined : await cloud.agents.byToken(tokenHash(token));
  if (agent === undefined) throw notSignedIn();
  if (permission !== 'agent' && agent.home === null) throw notFound();
  return agent;
}

async function resolveAccount(
  cloud: Cloud,
  permission: 'recovery' | 'account' | 'member' | 'owner',
  cookie: string | undefined,
): Promise<AccountCaller> {
  const account = cookie === undefined ? undefined : await cloud.accounts.sessions.byToken(cookie);
  if (account === undefined) throw notSignedIn();
  if (permission !== 'recovery' && account.sessionKind !== 'full') throw signInAgain();
  return account;
}
