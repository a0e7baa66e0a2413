import { createConnection, createServer, type Socket } from 'node:net';
import { closeAll, listenLocally } from './listening.ts';
import { createReplyCutter } from './resp-frames.ts';

/** A reply on its way from the server to a client. */
export interface Passing {
  readonly bytes: Buffer;
  /** Which reply of its connection, from 0, counted since the fault was set. */
  readonly index: number;
  /** Which connection has it, from 0, counted since the proxy began. */
  readonly connection: number;
}

/** What becomes of a reply. */
export interface Passage {
  /** What is sent in its place, one write each. */
  readonly send: readonly Buffer[];
  /** All that the connection still gets waits for so long. */
  readonly delayMilliseconds?: number;
  /** The connection is reset after that. */
  readonly reset?: boolean;
  /** The connection stays open, and nothing comes on it any more. */
  readonly silent?: boolean;
}

/** A fault, made anew for each connection. */
export type Fault = () => (reply: Passing) => Passage;

export interface RespProxy extends AsyncDisposable {
  readonly port: number;
  /** What is done to replies from now on; null for nothing. */
  setFault(fault: Fault | null): void;
  /** Where connections go from now on. Those that are open are reset. */
  setUpstream(port: number): void;
  /** Resets every connection. */
  resetAll(): void;
  /** Connections that were accepted since the proxy began. */
  readonly accepted: number;
  /** How often a fault has changed what came, since it was set. */
  readonly struck: number;
}

/** Stands before a Redis or Valkey, understands where its replies begin and end, and hands them on with a fault. */
export async function startRespProxy(upstreamPort: number): Promise<RespProxy> {
  const sockets = new Set<Socket>();
  let upstream = upstreamPort;
  let fault: Fault | null = null;
  let generation = 0;
  let accepted = 0;
  let struck = 0;

  const server = createServer((client) => {
    const connection = accepted;
    accepted += 1;
    const redis = createConnection({ port: upstream, host: '127.0.0.1' });
    const both = [client, redis];
    for (const socket of both) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        sockets.delete(socket);
        for (const one of both) one.destroy();
      });
    }
    let of = -1;
    let index = 0;
    let pass: (reply: Passing) => Passage = honest;
    let silent = false;
    let turn = Promise.resolve();
    client.pipe(redis, { end: false });
    const take = createReplyCutter((bytes) => {
      if (of !== generation) {
        of = generation;
        index = 0;
        pass = fault?.() ?? honest;
      }
      const passage = pass({ bytes, index, connection });
      index += 1;
      if (passage.send.length !== 1 || passage.send[0] !== bytes || passage.delayMilliseconds) struck += 1;
      // In their order, whatever waits.
      turn = turn.then(async () => {
        if (passage.delayMilliseconds !== undefined) await pause(passage.delayMilliseconds);
        if (!silent) for (const one of passage.send) await write(client, one);
        silent ||= passage.silent === true;
        if (passage.reset) client.resetAndDestroy();
      });
    });
    redis.on('data', (bytes: Buffer) => take(bytes));
  });
  const port = await listenLocally(server);
  const resetAll = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };

  return {
    port,
    setFault: (given) => {
      fault = given;
      generation += 1;
      struck = 0;
    },
    setUpstream: (to) => {
      upstream = to;
      resetAll();
    },
    resetAll,
    get accepted() {
      return accepted;
    },
    get struck() {
      return struck;
    },
    [Symbol.asyncDispose]: () => closeAll(server, sockets),
  };
}

const honest = ({ bytes }: Passing): Passage => ({ send: [bytes] });

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Resolves when it was handed to the system, so that two writes are two packets on loopback. */
function write(socket: Socket, bytes: Buffer): Promise<void> {
  if (!socket.writable) return Promise.resolve();
  return new Promise((resolve) => {
    socket.write(bytes, () => resolve());
  });
}
