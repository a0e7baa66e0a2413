import { NightlatchError } from '@nightlatch/protocol/errors';
import type { Route } from '@nightlatch/protocol/route';
import { type RouteName, routes } from '@nightlatch/protocol/routes';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { KnownCallers } from '../admission/known-callers.ts';
import type { Places } from '../admission/places.ts';
import type { Cloud } from '../cloud.ts';
import { notFound } from '../refusals.ts';
import { resolveCaller, shownBy } from './caller.ts';
import { BadInput } from './failures.ts';
import type { Call, Caller, Handlers } from './handler.ts';
import { PRIORITY_OF } from './priorities.ts';

function parsed(part: 'query' | 'input', schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(value ?? {});
  if (!result.success) throw new BadInput(part, result.error);
  return result.data;
}

/** Gives what came with a request the shapes that the contract says. */
function readCall(
  route: Route,
  request: FastifyRequest,
): { params: unknown; query: unknown; input: unknown } {
  const params = route.params.safeParse(request.params);
  // An id that is none is answered like an id of nothing: neither tells what exists.
  if (!params.success) throw notFound();
  if (route.answer === 'tus') {
    if (Number(request.headers['content-length'] ?? 0) > route.bodyBytesMax)
      throw new NightlatchError(
        'too-large',
        'The request is larger than this route takes. Nothing was changed.',
      );
    return { params: params.data, query: {}, input: {} };
  }
  return {
    params: params.data,
    query: parsed('query', route.query, request.query),
    input: parsed('input', route.input, request.body),
  };
}

/** Who calls, for what is bounded for each caller; undefined for strangers, whose bodies are small. */
const whoIs = (caller: Caller): string | undefined =>
  caller.kind === 'anyone' ? undefined : caller.kind === 'agent' ? caller.agent : caller.account;

/**
 * Takes a place for a body until its request is answered, or the body breaks off: what was read waits in memory for a turn,
 * and for the database, longer than it was under way. Not until the response has ended: one that comes behind another on
 * a connection that is gone never does.
 */
function holdBody(
  bodyBytes: Places<string>,
  route: Route,
  who: string,
  { raw }: FastifyRequest,
): Disposable | undefined {
  const { 'content-length': declared = 0, 'transfer-encoding': encoding } = raw.headers;
  if (raw.destroyed) return undefined;
  const bytes = encoding === undefined ? Number(declared) : route.bodyBytesMax;
  const place = bodyBytes(who, Math.min(bytes, route.bodyBytesMax));
  raw.once('close', () => {
    if (!raw.complete) place[Symbol.dispose]();
  });
  return place;
}

/** The look at who shows a ticket is an HMAC, and nobody is asked. */
const isByTicket = (route: Route, { headers }: FastifyRequest): boolean =>
  route.permission === 'linking-agent' && /^Ticket /i.test(headers.authorization ?? '');

/** What the routes share. */
export interface Doorway {
  /** Bytes of all bodies that are read, and not answered yet. */
  readonly bodyBytes: Places<string>;
  readonly known: KnownCallers;
}

/** Makes the Fastify route of one row of the table. */
export function register<Name extends RouteName>(
  app: FastifyInstance,
  cloud: Cloud,
  handlers: Handlers<RouteName>,
  { bodyBytes, known }: Doorway,
  name: Name,
): void {
  const route: Route = routes[name];
  const handle = handlers[name];
  const { admission } = cloud;
  const callers = new WeakMap<FastifyRequest, Caller>();
  const bodies = new WeakMap<FastifyRequest, Disposable>();
  app.route({
    method: route.method,
    url: route.path,
    bodyLimit: route.bodyBytesMax,
    config: { name },
    // Before the body is read: strangers do not get to send one.
    onRequest: async (request) => {
      const shown = shownBy(cloud, route.permission, request);
      using _turn =
        route.permission === 'anyone'
          ? null
          : await admission.enter(
              isByTicket(route, request) ? PRIORITY_OF[name] : known.urgencyOf(shown, PRIORITY_OF[name]),
            );
      const caller = await resolveCaller(cloud, route.permission, request);
      callers.set(request, caller);
      known.met(shown);
      const who = whoIs(caller);
      // Those of uploads are not kept in memory, and have places of their own.
      if (who === undefined || route.answer === 'tus') return;
      const body = holdBody(bodyBytes, route, who, request);
      if (body !== undefined) bodies.set(request, body);
    },
    // Whatever the answer is, also where nobody hears it any more.
    onSend: async (request) => bodies.get(request)?.[Symbol.dispose](),
    handler: async (request, reply) => {
      // Not from the beginning to the end: who sends a body slowly would have its turn for as long.
      using turn = await admission.enter(PRIORITY_OF[name]);
      if (route.answer === 'tus') turn[Symbol.dispose]();
      // The schemas of the same row have just given these their types, and `resolveCaller` the caller its own.
      const call = {
        ...readCall(route, request),
        caller: callers.get(request),
        request,
        reply,
      } as unknown as Call<Name>;
      if (route.answer === 'json') reply.header('cache-control', 'no-store');
      const answer: unknown = await handle(cloud, call);
      return route.answer === 'json' ? route.output.parse(answer) : answer;
    },
  });
}
