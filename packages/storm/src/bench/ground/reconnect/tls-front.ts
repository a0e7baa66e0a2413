import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:tls';
import type { ServerOrder } from './server-messages.ts';

const BACKLOG = 8192;

/** Ends TLS in this process and gives the HTTP server the connections, so that its processor time is counted, too. */
export async function putTlsInFront(
  server: Server,
  { tlsPort, certificate, key }: ServerOrder,
): Promise<void> {
  const front = createServer({ cert: certificate, key }, (socket) => {
    server.emit('connection', socket);
  });
  front.listen({ port: tlsPort, host: '127.0.0.1', backlog: BACKLOG });
  await once(front, 'listening');
}
