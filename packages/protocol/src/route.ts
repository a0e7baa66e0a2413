import { z } from 'zod';

/** Who may call a route at all. What the caller may see is then for the gate to say. */
export type Permission =
  /** Everybody; no session is looked at. */
  | 'anyone'
  /** An account with a session of any kind, also one made by a recovery code. */
  | 'recovery'
  /** An account with a full session. */
  | 'account'
  /** A full session of somebody who is a member, as of now, of the home in the path. */
  | 'member'
  /** A full session of the owner, as of now, of the home in the path. */
  | 'owner'
  /** An agent with a session, paired or not. */
  | 'agent'
  /** An agent with a session that is pinned, as of now, at a home. */
  | 'paired-agent'
  /** The same, or an agent that shows a reconnect ticket; whether it is pinned is then for the gate to say, inside. */
  | 'linking-agent';

/**
 * `bytes` and `event-stream` are sent by the egress; `tus` is a resumable upload (tus 1.0), `page` is HTML. `socket` is
 * a WebSocket (RFC 6455): who may not have it is refused before the upgrade, with the same answers as anywhere else.
 */
export type AnswerForm = 'json' | 'bytes' | 'event-stream' | 'tus' | 'page' | 'socket';

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD' | 'PATCH' | 'OPTIONS';
  /** Parameters are written `:name`. */
  readonly path: string;
  readonly summary: string;
  readonly permission: Permission;
  readonly params: z.ZodType;
  readonly query: z.ZodType;
  readonly input: z.ZodType;
  readonly output: z.ZodType;
  readonly answer: AnswerForm;
  /** Bytes of the largest body taken. */
  readonly bodyBytesMax: number;
}

export const Nothing = z.strictObject({});
export const Done = z.object({ done: z.literal(true) });

type Filled<Given> = Given extends z.ZodType ? Given : typeof Nothing;
interface Given {
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly input?: z.ZodType;
  readonly output?: z.ZodType;
  readonly answer?: AnswerForm;
  readonly bodyBytesMax?: number;
}

/** A row of the route table; what is not given is empty. */
export function route<
  const Method extends Route['method'],
  const Path extends string,
  const Allowed extends Permission,
  const Rest extends Given,
>(method: Method, path: Path, permission: Allowed, summary: string, rest: Rest) {
  return {
    method,
    path,
    permission,
    summary,
    params: (rest.params ?? Nothing) as Filled<Rest['params']>,
    query: (rest.query ?? Nothing) as Filled<Rest['query']>,
    input: (rest.input ?? Nothing) as Filled<Rest['input']>,
    output: (rest.output ?? Done) as Rest['output'] extends z.ZodType ? Rest['output'] : typeof Done,
    answer: rest.answer ?? ('json' as const),
    bodyBytesMax: rest.bodyBytesMax ?? 16 * 1024,
  };
}
