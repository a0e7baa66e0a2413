import type { AccountId, AgentId, HomeId, SessionId } from '@nightlatch/protocol/ids';
import type { AnswerForm, Permission } from '@nightlatch/protocol/route';
import type { Input, Output, Params, Query, RouteName, Routes } from '@nightlatch/protocol/routes';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Cloud } from '../cloud.ts';

export interface Anyone {
  readonly kind: 'anyone';
}

export interface AccountCaller {
  readonly kind: 'account';
  readonly account: AccountId;
  readonly session: SessionId;
  /** `recovery` may do nothing but set a new passphrase. */
  readonly sessionKind: 'full' | 'recovery';
}

export interface AgentCaller {
  readonly kind: 'agent';
  readonly agent: AgentId;
  /** SHA-256 of its token, base64url. */
  readonly tokenHash: string;
  /** The home it is pinned at as of now; null before it is paired. */
  readonly home: HomeId | null;
}

export interface PairedAgentCaller extends AgentCaller {
  readonly home: HomeId;
}

export type Caller = Anyone | AccountCaller | AgentCaller;

type CallerWith<Allowed extends Permission> = Allowed extends 'anyone'
  ? Anyone
  : Allowed extends 'agent'
    ? AgentCaller
    : Allowed extends 'paired-agent' | 'linking-agent'
      ? PairedAgentCaller
      : AccountCaller;

/** A handler of a JSON route returns the output; the others answer through `reply` and return it. */
type Answer<Form extends AnswerForm, Json> = Form extends 'json' ? Json : FastifyReply;

export interface Call<Name extends RouteName> {
  readonly params: Params<Name>;
  readonly query: Query<Name>;
  /** For `tus` routes the body is not read: it is `request.raw`. */
  readonly input: Input<Name>;
  readonly caller: CallerWith<Routes[Name]['permission']>;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/**
 * What a route does, once its params, query and input have their shapes and the caller a session of the right sort.
 * Whether the caller may see the thing itself is for the gate to say, inside.
 */
export type Handler<Name extends RouteName> = (
  cloud: Cloud,
  call: Call<Name>,
) => Promise<Answer<Routes[Name]['answer'], Output<Name>>>;

/** A handler for each of the named routes. */
export type Handlers<Names extends RouteName> = { readonly [Name in Names]: Handler<Name> };
