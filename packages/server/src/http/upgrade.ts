import { type IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { NightlatchError } from '@nightlatch/protocol/errors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type WebSocket, WebSocketServer } from 'ws';
import { madeOf } from '../live/sockets.ts';

interface Upgrade {
  readonly socket: Socket;
  readonly head: Buffer;
  readonly response: ServerResponse;
}

/**
 * Whether a request asks for a WebSocket. Every other upgrade is not offered, and its request is answered like any
 * other: Node reads no body of one that it hands over, and has no time limit for it.
 */
export const asksForSocket = ({ method, headers }: Pick<IncomingMessage, 'method' | 'headers'>): boolean =>
  method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';

/** Requests that want to become a socket, until they do. */
const upgrades = new WeakMap<IncomingMessage, Upgrade>();

/**
 * Sends requests for an upgrade down the same way as all others, with the same hooks and the same refusals; only a
 * handler that calls `upgradeToSocket` makes a WebSocket of one.
 */
export function routeUpgrades(app: FastifyInstance): void {
  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!(socket instanceof Socket)) {
      socket.destroy();
      return;
    }
    // A connection that breaks before it has become anything has nothing to say.
    socket.on('error', () => {});
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    // Not `end`: a refused stranger who never closes would keep its half of the connection for ever.
    response.once('finish', () => socket.destroySoon());
    upgrades.set(request, { socket, head, response });
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
  const { socket, head, response } = upgrade;
  reply.hijack();
  response.detachSocket(socket);
  return new Promise((resolve, reject) => {
    const gone = () => reject(new NightlatchError('unavailable', 'The connection was closed.'));
    socket.once('close', gone);
    serverFor(messageBytesMax).handleUpgrade(request.raw, socket, head, (made) => {
      socket.removeListener('close', gone);
      madeOf(made, socket);
      resolve(made);
    });
  });
}
