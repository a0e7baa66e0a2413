import { once } from 'node:events';
import type { Server, Socket } from 'node:net';

/** Lets a proxy listen on a free port of the loopback interface, which it answers. */
export async function listenLocally(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}

/** Ends a proxy with all its connections. */
export async function closeAll(server: Server, sockets: Iterable<Socket>): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  for (const socket of sockets) socket.destroy();
  await closed;
}
