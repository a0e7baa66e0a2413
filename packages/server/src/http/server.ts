import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { type RouteName, routes } from '@nightlatch/protocol/routes';
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { createKnownCallers } from '../admission/known-callers.ts';
import { createPlaces } from '../admission/places.ts';
import type { Cloud } from '../cloud.ts';
import { accountHandlers } from './account-handlers.ts';
import { agentLinks } from './agent-links.ts';
import { sendFailure } from './failures.ts';
import type { Handlers } from './handler.ts';
import { homeHandlers } from './home-handlers.ts';
import { allowedOrigins, refuseForeignOrigin } from './origins.ts';
import { register } from './register.ts';
import { securityHeaders } from './security-headers.ts';
import { asksForSocket, routeUpgrades } from './upgrade.ts';
import { serveWebApp } from './web-app.ts';

const REQUEST_TIMEOUT_MILLISECONDS = 120_000;
const KEEP_ALIVE_MILLISECONDS = 72_000;
/** Of bodies that are in memory at once, until they are answered: of everybody, and of one account or agent, four of the largest. */
const BODY_BYTES_MAX = 512 * 1024 * 1024;
const BODY_BYTES_OF_ONE_MAX = 8 * 1024 * 1024;
/** How long requests under way get to end when the server stops. */
const CLOSE_PATIENCE_MILLISECONDS = 2_000;

const isName = (name: string): name is RouteName => Object.hasOwn(routes, name);

/** A route of the contract without a handler stops the start: nobody finds out by calling it. */
function complete(handlers: Partial<Handlers<RouteName>>): Handlers<RouteName> {
  const isComplete = (some: Partial<Handlers<RouteName>>): some is Handlers<RouteName> =>
    Object.keys(routes).every((name) => isName(name) && some[name] !== undefined);
  if (isComplete(handlers)) return handlers;
  const missing = Object.keys(routes).filter((name) => !isName(name) || handlers[name] === undefined);
  throw new Error(`routes without a handler: ${missing.join(', ')}`);
}

/** The HTTP server, made from the contract's table; it does not listen yet. `instead` replaces handlers in tests. */
export async function buildServer(
  cloud: Cloud,
  instead: Partial<Handlers<RouteName>> = {},
): Promise<FastifyInstance> {
  const handlers = complete({ ...accountHandlers, ...homeHandlers, ...instead });
  const loggerInstance: FastifyBaseLogger = cloud.log;
  const app: FastifyInstance = fastify({
    loggerInstance,
    http: { shouldUpgradeCallback: asksForSocket },
    // One line a request, written below, and only for those who ask for detail.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    // Behind a proxy on this machine the address that limits count is the one that the proxy saw.
    trustProxy: cloud.config.publicUrl === undefined ? false : 'loopback',
    bodyLimit: 16 * 1024,
    requestTimeout: REQUEST_TIMEOUT_MILLISECONDS,
    keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
    // Connections under way get to end; those that only wait are closed.
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 128 },
    exposeHeadRoutes: false,
    return503OnClosing: true,
  });
  app.removeContentTypeParser('text/plain');
  // Uploads are read from the socket, piece by piece.
  app.addContentTypeParser('application/offset+octet-stream', (_request, _payload, done) => done(null));
  app.setErrorHandler((error, request, reply) => sendFailure(error, request, reply));

  const headers = securityHeaders(cloud.config);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(headers);
    const address: AddressInfo | string | null = app.server.address();
    const port = address !== null && typeof address === 'object' ? address.port : cloud.config.port;
    refuseForeignOrigin(allowedOrigins(cloud.config, port), request);
  });
  app.addHook('onResponse', async (request, reply) => {
    // The pattern and not the path: a path names homes and events.
    request.log.debug({
      route: `${request.method} ${request.routeOptions.url ?? 'unknown'}`,
      status: reply.statusCode,
      milliseconds: Math.round(reply.elapsedTime),
    });
  });
  app.addHook('preClose', async () => {
    // Streams of events have no end of their own; a server that closes would wait for them.
    cloud.egress.endStreams();
    cloud.relay.close();
    void cloud.egress.endLive();
    // Browsers open connections that they may need; Node takes one without a request for busy, for a minute.
    setTimeout(() => app.server.closeAllConnections(), CLOSE_PATIENCE_MILLISECONDS).unref();
  });
  const doorway = {
    bodyBytes: createPlaces<string>({ max: BODY_BYTES_MAX, ofOneMax: BODY_BYTES_OF_ONE_MAX }),
    known: createKnownCallers(),
  };
  for (const name of Object.keys(routes)) if (isName(name)) register(app, cloud, handlers, doorway, name);
  // A test that brings a handler of its own has it called by the router, as all others are.
  routeUpgrades(app, instead['agent.link'] === undefined ? [agentLinks(cloud)] : []);
  await serveWebApp(app, cloud.config.webDirectory);
  return app;
}
