import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { RawData, WebSocket } from 'ws';

const PING_MILLISECONDS = 10_000;
/** A ping waits behind what is under way, and a way may be narrow. */
const UNHEARD_PINGS_MAX = 2;
/** How long the other side gets to say goodbye, too. */
const CLOSING_MILLISECONDS = 500;

/** The connections that sockets were made of. */
const connections = new WeakMap<WebSocket, Socket>();
export function madeOf(socket: WebSocket, connection: Socket): void {
  connections.set(socket, connection);
  // Who has closed their side could go on reading what the machine's own buffers have, for as long as they like.
  // First of all who listen: while a side is being closed properly, it cannot be reset.
  connection.prependOnceListener('end', () => cutOff(socket));
}

/**
 * Ends a socket with all that waits, without TLS also in the machine's own buffers: after a mere `terminate` those would go on
 * to whoever reads slowly, megabytes of them.
 */
export function cutOff(socket: WebSocket): void {
  const connection = connections.get(socket);
  // A reset fails while the goodbye is on its way to the machine's buffers, and then nobody would hear of the end.
  const isSayingGoodbye = connection?.writableEnded === true && !connection.writableFinished;
  // Node throws for a connection behind TLS. A reset of the one underneath would close it within this call, which `ws` does
  // not reckon with: the machine's own buffers, 4 MB of them here, are all that a slow reader still gets of it.
  if (!isSayingGoodbye && !(connection instanceof TLSSocket)) connection?.resetAndDestroy();
  // By itself the reset would wait for what has not been written yet.
  connection?.destroy();
  socket.terminate();
}

/** Cuts a socket whose other side has been silent for so long that it is gone. */
export function cutWhenSilent(socket: WebSocket, pingMilliseconds = PING_MILLISECONDS): void {
  let unheardPings = 0;
  const hear = (): void => {
    unheardPings = 0;
  };
  // Where the way is narrow, a pong waits behind the records.
  socket.on('pong', hear).on('message', hear);
  const timer = setInterval(() => {
    if (unheardPings >= UNHEARD_PINGS_MAX || socket.readyState === socket.CLOSING) return cutOff(socket);
    unheardPings += 1;
    socket.ping();
  }, pingMilliseconds);
  timer.unref();
  socket.once('close', () => clearInterval(timer));
  // The close that follows is what counts.
  socket.on('error', () => cutOff(socket));
}

/** Says why, and does not wait for an answer for long. */
export function closeSoon(socket: WebSocket, code: number, milliseconds = CLOSING_MILLISECONDS): void {
  if (socket.readyState === socket.CLOSED) return;
  socket.close(code);
  const timer = setTimeout(() => cutOff(socket), milliseconds);
  socket.once('close', () => clearTimeout(timer));
}

/** The text of a message that has at most so many bytes; undefined for all others. */
export function textOf(data: RawData, isBinary: boolean, bytesMax: number): string | undefined {
  return !isBinary && Buffer.isBuffer(data) && data.length <= bytesMax ? data.toString('utf8') : undefined;
}
