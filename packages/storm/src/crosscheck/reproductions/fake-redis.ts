// Just enough of a Redis for a reproduction that stands by itself: it reads commands and answers what it is told to.
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

/** What to answer a command, in RESP; undefined for what any Redis would say. */
export type Answer = (command: readonly string[], socket: Socket) => string | undefined;

export const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;

function usual([name = '']: readonly string[]): string {
  if (name === 'INFO') return bulk('redis_version:7.0.0\r\n');
  return name === 'PING' ? '+PONG\r\n' : '+OK\r\n';
}

/** Answers the port on which it listens. The process has to be ended by `process.exit`. */
export async function startFakeRedis(answer: Answer): Promise<number> {
  const server = createServer((socket) => {
    let text = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (;;) {
        const [head = '', ...rest] = text.split('\r\n');
        const parts = Number(head.slice(1)) * 2;
        if (!head.startsWith('*') || rest.length <= parts) return;
        const command = rest.slice(0, parts).filter((_, index) => index % 2 === 1);
        text = rest.slice(parts).join('\r\n');
        const name = command[0]?.toUpperCase() ?? '';
        const whole = [name, ...command.slice(1)];
        socket.write(answer(whole, socket) ?? usual(whole));
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}
