import { createConnection, createServer, type Socket } from 'node:net';
import { closeAll, listenLocally } from './listening.ts';

/** How often, of all replies with rows, one is dropped, repeated, or changes places with the next. 0 to 1. */
export interface FaultRates {
  readonly drop: number;
  readonly repeat: number;
  readonly swap: number;
}

export interface PostgresProxy extends AsyncDisposable {
  readonly port: number;
  /** From now on; null for none. */
  setFaults(rates: FaultRates | null): void;
  /** Replies that were dropped, repeated or swapped so far. */
  readonly struck: number;
}

const HEADER_BYTES = 5;
const DATA_ROW = 'D'.charCodeAt(0);
const READY_FOR_QUERY = 'Z';
/** What answers a preparation, and comes without ReadyForQuery. */
const DESCRIPTIONS = 'RSKNTtn1E';

/**
 * Stands before a PostgreSQL, understands where its replies begin and end, and breaks some of those with rows: what a
 * cancelled query, a pooler or a driver's bug does to whoever matches replies by order.
 */
export async function startPostgresProxy(target: number, random: () => number): Promise<PostgresProxy> {
  const sockets = new Set<Socket>();
  let rates: FaultRates | null = null;
  let struck = 0;

  const server = createServer((client) => {
    const upstream = createConnection({ port: target, host: '127.0.0.1' });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    let rest: Buffer = Buffer.alloc(0);
    let reply: Buffer[] = [];
    let held: Buffer | null = null;

    const send = (whole: Buffer, hasRows: boolean): void => {
      const late = held;
      held = null;
      const chance = random();
      if (rates === null || !hasRows || late !== null) {
        client.write(late === null ? whole : Buffer.concat([whole, late]));
        return;
      }
      const { drop, repeat, swap } = rates;
      if (chance >= drop + repeat + swap) {
        client.write(whole);
        return;
      }
      struck += 1;
      if (chance < drop) return;
      if (chance < drop + repeat) client.write(Buffer.concat([whole, whole]));
      else held = whole;
    };

    upstream.on('data', (chunk: Buffer) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      while (rest.length >= HEADER_BYTES) {
        const end = 1 + rest.readUInt32BE(1);
        if (rest.length < end) return;
        const message = rest.subarray(0, end);
        rest = rest.subarray(end);
        reply.push(message);
        const type = String.fromCharCode(message[0] ?? 0);
        const hasRows = reply.some((part) => part[0] === DATA_ROW);
        if (type === READY_FOR_QUERY) {
          send(Buffer.concat(reply), hasRows);
          reply = [];
        } else if (!hasRows && DESCRIPTIONS.includes(type)) {
          client.write(Buffer.concat(reply));
          reply = [];
        }
      }
    });
  });
  const port = await listenLocally(server);
  return {
    port,
    setFaults: (given) => {
      rates = given;
    },
    get struck() {
      return struck;
    },
    [Symbol.asyncDispose]: () => closeAll(server, sockets),
  };
}
