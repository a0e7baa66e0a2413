import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type ErrorKind, NightlatchError, STATUS_OF } from '@nightlatch/protocol/errors';
import type { StreamMessage } from '@nightlatch/protocol/events';
import { type RouteName, routes } from '@nightlatch/protocol/routes';
import { builtApp } from './built-app.ts';
import { serveApp } from './serve-app.ts';
import { accountsOfStub } from './stub-accounts.ts';
import { homesOfStub } from './stub-homes.ts';

/** What a handler of the stub is given: everything has been parsed by the route's schemas. */
export interface Asked {
  readonly params: Record<string, unknown>;
  readonly query: Record<string, unknown>;
  readonly input: Record<string, unknown>;
  readonly cookie: string | null;
  readonly setCookie: (value: string | null) => void;
}
export type StubHandler = (asked: Asked) => unknown;

const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return parts.length === 0 ? {} : JSON.parse(Buffer.concat(parts).toString());
};

const refuse = (response: ServerResponse, kind: ErrorKind, message: string) =>
  response
    .writeHead(STATUS_OF[kind], { 'content-type': 'application/json' })
    .end(JSON.stringify({ error: { kind, message } }));

function find(method: string, path: string): { name: RouteName; params: Record<string, string> } | null {
  for (const [name, route] of Object.entries(routes)) {
    const pattern = new RegExp(`^${route.path.replace(/:([a-z]+)/g, '(?<$1>[^/]+)')}$`);
    const match = route.method === method ? pattern.exec(path) : null;
    if (match !== null && isRoute(name)) return { name, params: { ...match.groups } };
  }
  return null;
}
const isRoute = (name: string): name is RouteName => name in routes;

/**
 * A cloud in memory that a browser test can make answer wrongly: it keeps no lock at all, so that only what the app
 * itself verifies stands between a crossed answer and the screen. The real server has its own tests.
 */
export async function startStubCloud() {
  const app = await builtApp();
  const random = (count: number) => new Uint8Array(randomBytes(count));
  const accounts = await accountsOfStub(random);
  const homes = homesOfStub(random);
  const handlers: Partial<Record<RouteName, StubHandler>> = {
    ...accounts.handlers(homes),
    ...homes.handlers(accounts),
  };
  /** Changes an answer before it is sent; the test's own crossed wire. */
  const cross = new Map<RouteName, (answer: unknown, asked: Asked) => unknown>();

  const streams = new Set<ServerResponse>();
  const line = (message: StreamMessage) => `data: ${JSON.stringify(message)}\n\n`;
  /** What the cloud tells open pages. */
  const tell = (message: StreamMessage) => {
    for (const stream of streams) stream.write(line(message));
  };

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://stub');
    if (!url.pathname.startsWith('/api')) return serveApp(app, url.pathname, response);
    if (url.pathname.endsWith('/stream')) {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(line({ kind: 'ready' }));
      return streams.add(response);
    }
    const found = find(request.method ?? 'GET', url.pathname);
    const handle = found && handlers[found.name];
    if (!found || !handle) return refuse(response, 'not-found', 'There is nothing here.');
    try {
      const route = routes[found.name];
      const asked: Asked = {
        params: Object(route.params.parse(found.params)),
        query: Object(route.query.parse(Object.fromEntries(url.searchParams))),
        input: Object(route.input.parse(await bodyOf(request))),
        cookie: /session=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1] ?? null,
        setCookie: (value) =>
          response.setHeader(
            'set-cookie',
            `session=${value ?? ''}; HttpOnly; Path=/${value ? '' : '; Max-Age=0'}`,
          ),
      };
      const answer = await handle(asked);
      const sent = cross.get(found.name)?.(answer, asked) ?? answer;
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(sent));
    } catch (error) {
      const known = error instanceof NightlatchError ? error : new NightlatchError('internal', String(error));
      refuse(response, known.kind, known.message);
    }
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the stub listens on no port');
  return {
    url: `http://localhost:${address.port}`,
    cross,
    tell,
    accounts,
    homes,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
export type StubCloud = Awaited<ReturnType<typeof startStubCloud>>;
