import { ErrorBody, NightlatchError } from '@nightlatch/protocol/errors';
import { type Output, type RouteName, type Routes, routes } from '@nightlatch/protocol/routes';
import type { z } from 'zod';
import { waitForTurn } from './turn.ts';

/** What a route does not need may be left out; what it needs must be given. */
type Part<Key extends string, Value> =
  Record<string, never> extends Value ? { readonly [K in Key]?: Value } : { readonly [K in Key]: Value };
export type CallOptions<Name extends RouteName> = Part<'params', z.input<Routes[Name]['params']>> &
  Part<'query', z.input<Routes[Name]['query']>> &
  Part<'input', z.input<Routes[Name]['input']>> & { readonly signal?: AbortSignal };

/** Longer than the cloud itself works on a request. */
const ANSWER_MILLISECONDS_MAX = 30_000;

/** Parts of a request as they go over the wire, once the types have been checked. */
interface Wire {
  readonly params?: unknown;
  readonly query?: unknown;
  readonly input?: unknown;
  readonly signal?: AbortSignal | undefined;
  readonly headers?: Record<string, string>;
}

const entriesOf = (value: unknown): [string, unknown][] =>
  typeof value === 'object' && value !== null ? Object.entries(value) : [];

/** The address of a route, with its parameters and query filled in. */
export function addressOf(name: RouteName, { params, query }: Pick<Wire, 'params' | 'query'> = {}): string {
  const filled = new Map(entriesOf(params));
  const path = routes[name].path.replace(/:([a-z]+)/g, (_, key: string) =>
    encodeURIComponent(String(filled.get(key))),
  );
  const search = new URLSearchParams();
  for (const [key, value] of entriesOf(query)) if (value !== undefined) search.set(key, String(value));
  return search.size === 0 ? path : `${path}?${search}`;
}

const signedOut = new Set<() => void>();
/** Calls `told` whenever the cloud says that this browser's session has ended. */
export function onSignedOut(told: () => void): () => void {
  signedOut.add(told);
  return () => signedOut.delete(told);
}

async function errorOf(response: Response): Promise<NightlatchError> {
  const body = ErrorBody.safeParse(await response.json().catch(() => null));
  const retry = Number(response.headers.get('retry-after'));
  const options = retry > 0 ? { retryAfterSeconds: retry } : {};
  if (!body.success)
    return new NightlatchError(
      'unavailable',
      `The cloud answered with an error (${response.status}). Nothing on this device was lost. Try again in a minute.`,
      options,
    );
  if (body.data.error.kind === 'not-signed-in') for (const told of signedOut) told();
  return new NightlatchError(body.data.error.kind, body.data.error.message, options);
}

/** So often a read is sent again by itself when the cloud is too busy, and only where the wait is short. */
const AGAIN_MAX = 3;
const AGAIN_SECONDS_MAX = 10;

/**
 * As `sendOnce`. A cloud that takes people in turn says when to come again: what only reads waits for that and comes
 * again, while the page says that it is in line. What changes something is for the person to repeat.
 */
export async function send(name: RouteName, wire: Wire = {}): Promise<Response> {
  for (let again = 0; ; again++)
    try {
      return await sendOnce(name, wire);
    } catch (error) {
      const seconds =
        error instanceof NightlatchError && error.kind === 'unavailable'
          ? error.retryAfterSeconds
          : undefined;
      const isShort = seconds !== undefined && seconds <= AGAIN_SECONDS_MAX;
      if (routes[name].method !== 'GET' || !isShort || again >= AGAIN_MAX) throw error;
      // A little longer for some than for others.
      await waitForTurn((seconds + Math.random()) * 1000, wire.signal);
      wire.signal?.throwIfAborted();
    }
}

/**
 * Sends one request and gives the answer as it is, for routes that answer with bytes or an event stream. Throws
 * NightlatchError for every answer that is an error, and where the cloud cannot be reached.
 */
async function sendOnce(name: RouteName, wire: Wire): Promise<Response> {
  const response = await fetch(addressOf(name, wire), {
    method: routes[name].method,
    credentials: 'same-origin',
    cache: 'no-store',
    redirect: 'error',
    headers: { ...(wire.input === undefined ? {} : { 'content-type': 'application/json' }), ...wire.headers },
    ...(wire.input === undefined ? {} : { body: JSON.stringify(wire.input) }),
    ...(wire.signal === undefined ? {} : { signal: wire.signal }),
  }).catch((cause: unknown) => {
    const isTimeout = cause instanceof DOMException && cause.name === 'TimeoutError';
    if (wire.signal?.aborted && !isTimeout) throw cause;
    throw new NightlatchError(
      'unavailable',
      'The cloud cannot be reached. Nothing was lost: your cameras keep recording at home. Check your connection and try again.',
      { cause },
    );
  });
  if (!response.ok) throw await errorOf(response);
  return response;
}

/** Calls a route of the contract. The answer is parsed by the route's own schema; errors are NightlatchError. */
export async function call<Name extends RouteName>(
  name: Name,
  ...[options]: Record<string, never> extends CallOptions<Name> ? [CallOptions<Name>?] : [CallOptions<Name>]
): Promise<Output<Name>> {
  const timeout = AbortSignal.timeout(ANSWER_MILLISECONDS_MAX);
  const signal = options?.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout]);
  const response = await send(name, { ...options, signal });
  const parsed = routes[name].output.safeParse(await response.json().catch(() => null));
  if (!parsed.success)
    throw new NightlatchError(
      'internal',
      'The cloud gave an answer that this app does not understand. Nothing of it was used. Reload the page; if it stays, the cloud needs repair.',
      { cause: parsed.error },
    );
  // The schema above is the parser of this very output.
  return parsed.data as Output<Name>;
}
