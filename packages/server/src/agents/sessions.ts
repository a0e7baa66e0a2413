import { AGENT_ASSERTION_TYP, AgentAssertion } from '@nightlatch/protocol/agents';
import type { PublicKey } from '@nightlatch/protocol/encoding';
import { NightlatchError } from '@nightlatch/protocol/errors';
import type { AgentId, RandomBytes } from '@nightlatch/protocol/ids';
import { deviceIdentity } from '@nightlatch/vault/device';
import { VaultError } from '@nightlatch/vault/errors';
import { verifyJws } from '@nightlatch/vault/signing';
import { tokenHash } from '../accounts/sessions.ts';
import type { Clock } from '../foundation.ts';
import type { AgentCaller } from '../http/handler.ts';
import type { Database } from '../sql/database.ts';
import { requireOwn } from '../sql/own-rows.ts';
import { insertAgentSession, prolongAgentSession, upsertAgent } from '../sql/statements/agents.ts';
import { agentOfToken } from '../sql/statements/gate-agent.ts';
import { createChallenges } from './challenge.ts';

/** Longer than outages last, so that an agent that was here before one is here after it. */
const SESSION_SECONDS = 48 * 3600;
/** A session that is prolonged again and again ends after this all the same. */
const SESSION_SECONDS_MAX = 30 * 24 * 3600;

const refused = (cause?: unknown): NightlatchError =>
  new NightlatchError(
    'wrong-credentials',
    'This proof of the device key was not accepted; ask for a new challenge.',
    {
      cause,
    },
  );

export interface AgentSessions {
  challenge(): string;
  /** Checks the proof and starts a session; `wrong-credentials` whatever was wrong. */
  start(proof: {
    readonly deviceKey: PublicKey;
    readonly assertion: string;
  }): Promise<{ agent: AgentId; token: string; expiresAt: number }>;
  /** Whose session this token (SHA-256, base64url) is, as of now; undefined when it is nobody's or has ended. */
  byToken(tokenHash: string): Promise<AgentCaller | undefined>;
  /** For an agent that is there: when its session ends now; undefined where it has ended already. */
  prolong(tokenHash: string): Promise<number | undefined>;
}

export function createAgentSessions(parts: {
  readonly database: Database;
  readonly challengeKey: Uint8Array;
  readonly clock: Clock;
  readonly random: RandomBytes;
}): AgentSessions {
  const { database, random } = parts;
  const challenges = createChallenges({ key: parts.challengeKey, clock: parts.clock, random });

  const proven = async (deviceKey: PublicKey, assertion: string): Promise<AgentId> => {
    try {
      const { agent, challenge } = await verifyJws(assertion, {
        typ: AGENT_ASSERTION_TYP,
        publicKey: deviceKey,
        schema: AgentAssertion,
      });
      if (agent !== (await deviceIdentity(deviceKey)) || !challenges.accepts(challenge)) throw refused();
      return agent;
    } catch (error) {
      throw error instanceof VaultError ? refused(error) : error;
    }
  };

  return {
    challenge: challenges.issue,
    start: async ({ deviceKey, assertion }) => {
      const agent = await proven(deviceKey, assertion);
      const token = Buffer.from(random(32)).toString('base64url');
      return database.transact({ agent }, async (ask) => {
        if ((await ask(upsertAgent, [agent, deviceKey])).length === 0) throw refused();
        const [session] = await ask(insertAgentSession, [tokenHash(token), agent, SESSION_SECONDS]);
        if (session === undefined) throw refused();
        return { agent, token, expiresAt: session.expiresAt };
      });
    },
    byToken: async (hash) => {
      const [row, more] = await database.ask({ tokenHash: hash }, agentOfToken, [hash]);
      if (row === undefined || more !== undefined) return undefined;
      requireOwn([row], { tokenHash: hash });
      return { kind: 'agent', agent: row.agent, tokenHash: hash, home: row.home };
    },
    prolong: async (hash) => {
      const [row] = await database.ask({ tokenHash: hash }, prolongAgentSession, [
        ...[hash, SESSION_SECONDS, SESSION_SECONDS_MAX],
      ]);
      if (row !== undefined) requireOwn([row], { tokenHash: hash });
      return row?.expiresAt;
    },
  };
}
