import type { AccountId, AgentId, HomeId, LoginId } from '@nightlatch/protocol/ids';

/**
 * On whose behalf a statement runs. The policies of row-level security see nothing else: a row shows itself only to
 * the account or the agent it belongs to, or to somebody who already holds its key.
 */
export interface Scope {
  readonly account?: AccountId;
  /** For batches that ask on behalf of several accounts; each row of the answer names the one it is for. */
  readonly accounts?: readonly AccountId[];
  readonly agent?: AgentId;
  /** For batches that bring things of several agents. */
  readonly agents?: readonly AgentId[];
  /** SHA-256 of a session token, base64url. */
  readonly tokenHash?: string;
  /** Blind index of an e-mail address, base64url. */
  readonly emailIndex?: string;
  readonly login?: LoginId;
  /** The one home that the sweep or the operator's check works on; `homes` shows which there are, and nothing in them. */
  readonly sweep?: HomeId | 'homes';
}

export const NO_SCOPE: Scope = {};

/** The values of `SCOPE_SETTINGS`, in its order. Ids have no comma in them: they are branded, so they were parsed. */
export function scopeParameters(scope: Scope): string[] {
  const accounts = scope.accounts ?? (scope.account === undefined ? [] : [scope.account]);
  const agents = scope.agents ?? (scope.agent === undefined ? [] : [scope.agent]);
  return [
    accounts.join(','),
    agents.join(','),
    scope.tokenHash ?? '',
    scope.emailIndex ?? '',
    scope.login ?? '',
    scope.sweep ?? '',
  ];
}
