import type { Foundation } from './foundation.ts';
import type { AgentCaller } from './http/handler.ts';

/** The part of the cloud that has to do with homes: gate, egress, ledger, objects, hub, ingest and agents. */
export interface Media {
  readonly agents: {
    /** Whose session this token (SHA-256, base64url) is, as of now; undefined when it is nobody's or has ended. */
    byToken(tokenHash: string): Promise<AgentCaller | undefined>;
  };
  [Symbol.asyncDispose](): Promise<void>;
}

export async function composeMedia(_foundation: Foundation): Promise<Media> {
  return {
    agents: { byToken: async () => undefined },
    [Symbol.asyncDispose]: async () => {},
  };
}
