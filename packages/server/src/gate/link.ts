import type { AgentId, HomeId } from '@nightlatch/protocol/ids';
import { notFound } from '../refusals.ts';
import type { GateLinkRow } from '../sql/statements/gate-links.ts';
import { createBatcher, newBatchText } from './batcher.ts';
import type { GateParts } from './gate.ts';
import type { Grant } from './grant.ts';
import { inPlaces } from './places.ts';

export interface AskedLink {
  /** SHA-256 of the token of the agent's session, base64url. */
  readonly tokenHash: string;
  readonly agent: AgentId;
  readonly home: HomeId;
}

export interface LinkContent extends AskedLink {
  readonly what: 'link';
  /** When the session ends, if it is not prolonged. */
  readonly sessionExpiresAt: number;
}

/** A whole fleet comes back, and is asked for in the same moment. */
const QUEUE_MAX = 16_384;

/**
 * Whether an agent may have a link, as of now: its session lives and it is pinned at that home. Questions of the same
 * moment go to the database as one statement.
 */
export function linkQuestion({ database, statements, prove, authority, random }: GateParts) {
  const answerAll = async (asked: readonly AskedLink[]): Promise<(GateLinkRow | undefined)[]> => {
    const batch = newBatchText(random);
    const [rows = []] = await database.ask(
      { agents: [...new Set(asked.map(({ agent }) => agent))] },
      statements.links,
      [
        batch,
        asked.map(({ tokenHash }) => tokenHash),
        asked.map(({ agent }) => agent),
        asked.map(({ home }) => home),
      ],
    );
    for (const row of rows) prove({ batch }, row);
    return inPlaces(rows, asked.length);
  };
  const batcher = createBatcher<AskedLink, GateLinkRow>({ answerAll, queueMax: QUEUE_MAX });

  return async ({ tokenHash, agent, home }: AskedLink): Promise<Grant<LinkContent>> => {
    const row = await batcher.ask({ tokenHash, agent, home });
    if (row === undefined) throw notFound();
    prove({ tokenHash, agent, pinAgent: agent, home }, row);
    return authority.mint({
      what: 'link' as const,
      ...{ tokenHash, agent, home, sessionExpiresAt: row.expiresAt },
    });
  };
}
