import { connect, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

export interface NarrowProxy {
  readonly url: string;
  /** For all connections together, from the agent to the cloud; null: as much as comes. */
  bytesPerSecond: number | null;
}

const TICK_MILLISECONDS = 10;
const PIECE_BYTES = 1400;

/** A house's uplink in front of the cloud: a bound on bytes a second, shared in turn by all who send. */
export async function startNarrowProxy(test: TestContext, cloudUrl: string): Promise<NarrowProxy> {
  const sockets = new Set<Socket>();
  const senders: { from: Socket; to: Socket }[] = [];
  const proxy: { url: string; bytesPerSecond: number | null } = { url: '', bytesPerSecond: null };
  const server = createServer((from) => {
    const to = connect(Number(new URL(cloudUrl).port), '127.0.0.1');
    to.pipe(from);
    from.pause();
    senders.push({ from, to });
    for (const socket of [from, to]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        from.destroy();
        to.destroy();
      });
    }
    from.on('end', () => to.end());
  });
  let credit = 0;
  const forward = () => {
    const { bytesPerSecond } = proxy;
    credit =
      bytesPerSecond === null
        ? Number.POSITIVE_INFINITY
        : Math.min(credit, 0) + (bytesPerSecond * TICK_MILLISECONDS) / 1000;
    // Whoever was first goes last in the next turn.
    for (let idle = 0; idle < senders.length && credit > 0; ) {
      const sender = senders.shift();
      if (sender === undefined || sender.from.destroyed) continue;
      senders.push(sender);
      const { from, to } = sender;
      const part: unknown = from.read(Math.min(from.readableLength, PIECE_BYTES));
      idle = Buffer.isBuffer(part) ? 0 : idle + 1;
      if (!Buffer.isBuffer(part)) continue;
      to.write(part);
      credit -= part.length;
    }
  };
  const timer = setInterval(forward, TICK_MILLISECONDS);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  test.after(() => {
    clearInterval(timer);
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  return Object.assign(proxy, { url: `http://127.0.0.1:${address.port}` });
}
