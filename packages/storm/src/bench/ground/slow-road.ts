import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchContext } from '../suite.ts';

/** Pieces take turns, so that two answers under way share the road. */
const PIECE_BYTES = 4 * 1024;
/** What may go at once after a pause. */
const BURST_BYTES = 16 * 1024;

export interface SlowRoad {
  readonly port: number;
  /** Of everything that goes to browsers, over all connections; infinite at first. */
  bytesPerSecond: number;
  /** Bytes that had gone to browsers by that moment, in milliseconds since 1970. */
  sentBytesAt(milliseconds: number): number;
  readonly sentBytes: number;
}

/**
 * A token bucket in user space before a server on this machine, on a port that is listened on here. Only the way to
 * the browser is slowed down.
 */
export async function startSlowRoad(
  { afterwards }: BenchContext,
  ports: { readonly from: number; readonly to: number },
): Promise<SlowRoad> {
  const sent: { at: number; bytes: number }[] = [{ at: 0, bytes: 0 }];
  const now = () => performance.timeOrigin + performance.now();
  const total = (): number => sent.at(-1)?.bytes ?? 0;
  const road = {
    port: ports.from,
    bytesPerSecond: Number.POSITIVE_INFINITY,
    sentBytesAt: (milliseconds: number) => sent.findLast(({ at }) => at <= milliseconds)?.bytes ?? 0,
    get sentBytes() {
      return total();
    },
  };

  let tokens = BURST_BYTES;
  let filledAt = now();
  let turn: Promise<void> = Promise.resolve();
  async function pay(bytes: number): Promise<void> {
    while (Number.isFinite(road.bytesPerSecond)) {
      const at = now();
      tokens = Math.min(BURST_BYTES, tokens + ((at - filledAt) / 1000) * road.bytesPerSecond);
      filledAt = at;
      if (tokens >= bytes) {
        tokens -= bytes;
        return;
      }
      await sleep(Math.ceil(((bytes - tokens) / road.bytesPerSecond) * 1000));
    }
  }
  /** Waits for its turn among all connections. */
  function queue(bytes: number): Promise<void> {
    turn = turn.then(() => pay(bytes));
    return turn;
  }

  async function carry(server: Socket, browser: Socket): Promise<void> {
    for await (const chunk of server as AsyncIterable<Buffer>)
      for (let from = 0; from < chunk.length; from += PIECE_BYTES) {
        const piece = chunk.subarray(from, from + PIECE_BYTES);
        await queue(piece.length);
        if (browser.destroyed) return void server.destroy();
        sent.push({ at: now(), bytes: total() + piece.length });
        if (!browser.write(piece)) await Promise.race([once(browser, 'drain'), once(browser, 'close')]);
      }
    browser.end();
  }

  const open = new Set<Socket>();
  const listener = createServer((browser) => {
    const server = connect(ports.to, '127.0.0.1');
    for (const socket of [browser, server]) {
      socket.setNoDelay(true);
      open.add(socket);
      socket.once('close', () => open.delete(socket));
      // The other end is closed with it; why it ended is of no matter here.
      socket.once('error', () => socket.destroy());
    }
    browser.once('close', () => server.destroy());
    browser.pipe(server);
    carry(server, browser).catch(() => browser.destroy());
  });
  listener.listen(ports.from, '127.0.0.1');
  await once(listener, 'listening');
  afterwards(async () => {
    listener.close();
    for (const socket of open) socket.destroy();
    await once(listener, 'close');
  });
  return road;
}
