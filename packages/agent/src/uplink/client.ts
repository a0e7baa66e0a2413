import { AGENT_ASSERTION_TYP } from '@nightlatch/protocol/agents';
import { type RouteName, type Routes, routes } from '@nightlatch/protocol/routes';
import type { DeviceKey } from '@nightlatch/vault/device';
import { signJws } from '@nightlatch/vault/signing';
import type { z } from 'zod';
import { messageOf } from '../settings/private-file.ts';
import { systemClock } from './clock.ts';
import { type ComebackStore, keepInMemory } from './comeback.ts';
import { CloudAway, failureOf, SessionEnded } from './failures.ts';

type AgentRoute = Extract<RouteName, `agent.${string}`>;
type Given<Name extends RouteName> = {
  readonly params?: z.input<Routes[Name]['params']>;
  readonly query?: z.input<Routes[Name]['query']>;
  readonly input?: z.input<Routes[Name]['input']>;
};
type Answer<Name extends RouteName> = z.output<Routes[Name]['output']>;

export interface RawRequest {
  readonly params?: Record<string, string>;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly timeoutMilliseconds?: number;
}

/** Calls of the agent to its cloud. Each call tries once; CloudAway and CloudRefusal say how it failed. */
export interface CloudClient {
  call<Name extends AgentRoute>(name: Name, given: Given<Name>): Promise<Answer<Name>>;
  /** A request whose answer is in the headers (tus). */
  send(name: AgentRoute, request: RawRequest): Promise<Headers>;
  /** Anything else that takes the token of the session. When it throws SessionEnded, it is tried with a new session. */
  signedIn<Result>(act: (token: string) => Promise<Result>): Promise<Result>;
}

export interface ClientParts {
  readonly serverUrl: string;
  readonly device: DeviceKey;
  readonly signal: AbortSignal;
  readonly fetch?: typeof fetch;
  readonly now?: () => number;
  /** Where the token of the session is kept. */
  readonly comeback?: ComebackStore;
}

const TIMEOUT_MILLISECONDS = 20_000;
/** A page of the home log at its largest: 256 entries of 128 KiB, and JSON around them. */
const ANSWER_BYTES_MAX = 34 * 1024 * 1024;

export function createClient(parts: ClientParts): CloudClient {
  const { device, serverUrl, signal, now = systemClock.now, comeback = keepInMemory() } = parts;
  const request = parts.fetch ?? fetch;
  let session = comeback.kept.token === null ? null : Promise.resolve(comeback.kept.token);

  const once = async (
    name: RouteName,
    given: RawRequest,
    token: string | null,
  ): Promise<{ headers: Headers; text: string }> => {
    const { method, path } = routes[name];
    const headers = new Headers(given.headers);
    if (token !== null) headers.set('authorization', `Bearer ${token}`);
    const timeout = AbortSignal.timeout(given.timeoutMilliseconds ?? TIMEOUT_MILLISECONDS);
    let response: Response;
    let text: string;
    try {
      response = await request(urlOf(serverUrl, path, given), {
        method,
        headers,
        body: given.body ?? null,
        // A redirect would carry the session to somebody else.
        redirect: 'error',
        signal: AbortSignal.any([signal, timeout]),
      });
      text = await textOf(response);
    } catch (error) {
      throw new CloudAway(`The cloud cannot be reached: ${reasonOf(error)}.`, { cause: error });
    }
    if (!response.ok) throw failureOf(response, text, now());
    return { headers: response.headers, text };
  };
  const json = async <Name extends RouteName>(
    name: Name,
    given: Given<Name>,
    token: string | null,
  ): Promise<Answer<Name>> => {
    const { text } = await once(
      name,
      {
        params: textsOf(given.params),
        query: textsOf(given.query),
        ...(routes[name].method === 'GET'
          ? {}
          : { body: JSON.stringify(given.input ?? {}), headers: { 'content-type': 'application/json' } }),
      },
      token,
    );
    return parseAnswer(name, text);
  };
  const prove = async (): Promise<string> => {
    const { challenge } = await json('agent.challenge', {}, null);
    const assertion = await signJws(
      { agent: device.agent, challenge },
      { typ: AGENT_ASSERTION_TYP, privateKey: device.privateKey },
    );
    const { token } = await json(
      'agent.session',
      { input: { deviceKey: device.publicKey, assertion } },
      null,
    );
    comeback.keep({ token });
    return token;
  };
  /** One proof at a time, whoever asks; a failed one is forgotten. */
  const tokenFor = (): Promise<string> => {
    session ??= prove().catch((error: unknown) => {
      session = null;
      throw error;
    });
    return session;
  };
  const withSession = async <Result>(act: (token: string) => Promise<Result>): Promise<Result> => {
    const mine = tokenFor();
    try {
      return await act(await mine);
    } catch (error) {
      if (!(error instanceof SessionEnded)) throw error;
      if (session === mine) session = null;
      try {
        return await act(await tokenFor());
      } catch (again) {
        if (again instanceof SessionEnded)
          throw new CloudAway('The cloud does not accept this agent at the moment.', { cause: again });
        throw again;
      }
    }
  };

  return {
    call: (name, given) => withSession((token) => json(name, given, token)),
    send: (name, given) => withSession(async (token) => (await once(name, given, token)).headers),
    signedIn: withSession,
  };
}

const textsOf = (values: unknown): Record<string, string> =>
  Object.fromEntries(Object.entries(values ?? {}).map(([name, value]) => [name, String(value)]));

function urlOf(serverUrl: string, path: string, given: RawRequest): URL {
  const filled = path.replace(/:([a-z]+)/g, (_, name: string) => {
    const value = given.params?.[name];
    if (value === undefined) throw new TypeError(`the path ${path} needs ${name}`);
    return encodeURIComponent(value);
  });
  const url = new URL(filled, serverUrl);
  for (const [name, value] of Object.entries(given.query ?? {})) url.searchParams.set(name, value);
  return url;
}

async function textOf(response: Response): Promise<string> {
  if (response.body === null) return '';
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body) {
    bytes += part.length;
    if (bytes > ANSWER_BYTES_MAX) throw new Error('the answer is too long');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** An answer of another shape is somebody else's: a router's log-in page, a proxy. It is not believed. */
function parseAnswer<Name extends RouteName>(name: Name, text: string): Answer<Name> {
  try {
    return routes[name].output.parse(JSON.parse(text)) as Answer<Name>;
  } catch (error) {
    throw new CloudAway('The answer did not come from a Nightlatch cloud of this version.', { cause: error });
  }
}

/** `fetch failed` alone helps nobody; the reason is one level down. */
const reasonOf = (error: unknown): string =>
  error instanceof Error && error.cause instanceof Error ? error.cause.message : messageOf(error);
