import { once } from 'node:events';
import { createServer } from 'node:net';
import { hasCode, Refused } from '../refused.ts';

/**
 * Listens for a moment, so that a port in use is known before anything has started.
 * @throws Refused, naming the flag that chooses another.
 */
export async function assertFree(port: number, host: string, flag: string): Promise<void> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    if (hasCode(error, 'EADDRINUSE'))
      throw new Refused(
        `Port ${port} is in use by another program. Nothing was started. Choose another one, such as ${flag} ${port + 10}.`,
      );
    if (hasCode(error, 'EACCES'))
      throw new Refused(
        `This user may not listen on port ${port}. Nothing was started. Choose one above 1023 with ${flag}.`,
      );
    if (hasCode(error, 'EADDRNOTAVAIL', 'ENOTFOUND'))
      throw new Refused(`HOST=${host} is no address of this machine. Nothing was started.`);
    throw error;
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

/** A port of the loopback interface that nobody uses at this moment. */
export async function freeLoopbackPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('a listening TCP server has a port');
  return address.port;
}
