import { type IncomingMessage, ServerResponse, STATUS_CODES } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { NightlatchError } from '@nightlatch/protocol/errors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type WebSocket, WebSocketServer } from 'ws';
import { madeOf } from '../live/sockets.ts';

/** A request that wants to become a socket, and the connection that it came on. */
export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Socket;
  readonly head: Buffer;
}

/** Takes the upgrades of one address without the router. */
export interface DirectRoute {
  /** As it has to stand in the request, letter for letter; another spelling of it takes the way of all others. */
  readonly path: string;
  takes(request: IncomingMessage): boolean;
  take(upgrade: Upgrade): void;
}

/**
 * Whether a request asks for a WebSocket. Every other upgrade is not offered, and its request is answered like any
 * other: Node reads no body of one that it hands over, and has no time limit for it.
 */
export const asksForSocket = ({ method, headers }: Pick<IncomingMessage, 'method' | 'headers'>): boolean =>
  method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';

/** Requests that want to become a socket, until they do. */
const upgrades = new WeakMap<IncomingMessage, Upgrade & { readonly response: ServerResponse }>();

/**
 * Sends requests for an upgrade down the same way as all others, with the same hooks and the same refusals; only a
 * handler that calls `upgradeToSocket` makes a WebSocket of one. The routes in `direct` make their own refusals.
 */
export function routeUpgrades(app: FastifyInstance, direct: readonly DirectRoute[] = []): void {
  const directly = new Map(direct.map((route) => [route.path, route]));
  // The router says of a server that stops that it does.
  app.addHook('preClose', async () => directly.clear());
  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!(socket instanceof Socket)) {
      socket.destroy();
      return;
    }
    // A connection that breaks before it has become anything has nothing to say.
    socket.on('error', () => {});
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    try {
      response.assignSocket(socket);
    } catch {
      // An answer to what came before on this connection is still under way. Node throws, and nobody above would catch it.
      socket.destroy();
      return;
    }
    const route = directly.get(request.url ?? '');
    if (route?.takes(request)) {
      response.detachSocket(socket);
      route.take({ request, socket, head });
      return;
    }
    // Not `end`: a refused stranger who never closes would keep its half of the connection for ever.
    response.once('finish', () => socket.destroySoon());
    upgrades.set(request, { request, socket, head, response });
    app.routing(request, response);
  });
}

const servers = new Map<number, WebSocketServer>();
/** Messages are sealed or tiny: compression would cost memory for each socket and gain nothing. */
function serverFor(messageBytesMax: number): WebSocketServer {
  const known = servers.get(messageBytesMax);
  if (known !== undefined) return known;
  const made = new WebSocketServer({
    noServer: true,
    maxPayload: messageBytesMax,
    perMessageDeflate: false,
    clientTracking: false,
  });
  servers.set(messageBytesMax, made);
  return made;
}

/**
 * Makes a WebSocket of the request, of which everything has been checked. Throws `bad-input` when it does not ask for
 * one. What is longer than `messageBytesMax` closes the socket.
 */
export async function upgradeToSocket(
  request: FastifyRequest,
  reply: FastifyReply,
  messageBytesMax: number,
): Promise<WebSocket> {
  const upgrade = upgrades.get(request.raw);
  if (upgrade === undefined)
    throw new NightlatchError('bad-input', 'This is the address of a WebSocket. Nothing was changed.');
  upgrades.delete(request.raw);
  reply.hijack();
  upgrade.response.detachSocket(upgrade.socket);
  return becomeSocket(upgrade, messageBytesMax);
}

/**
 * Makes a WebSocket of an upgrade that nobody else answers. What is sent on it in the same turn of the event loop goes
 * out together with the answer to the handshake.
 */
export function becomeSocket(
  { request, socket, head }: Upgrade,
  messageBytesMax: number,
): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(new NightlatchError('unavailable', 'The connection was closed.'));
    // Of a connection that is gone already nobody would hear.
    if (socket.destroyed) return gone();
    socket.once('close', gone);
    socket.cork();
    process.nextTick(() => socket.uncork());
    serverFor(messageBytesMax).handleUpgrade(request, socket, head, (made) => {
      socket.removeListener('close', gone);
      madeOf(made, socket);
      resolve(made);
    });
  });
}

/** Answers an upgrade that the router has not seen, as the router would, and ends the connection. */
export function answerUpgrade(
  { socket }: Upgrade,
  answer: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  },
): void {
  if (socket.destroyed) return;
  const body = JSON.stringify(answer.body);
  const headers = {
    ...answer.headers,
    'content-length': String(Buffer.byteLength(body)),
    date: new Date().toUTCString(),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status]}\r\n${lines.join('')}\r\n${body}`);
  // Not `end`: a refused stranger who never closes would keep its half of the connection for ever.
  socket.destroySoon();
}
