import { LinkOrder } from '@nightlatch/protocol/live';
import { WebSocket } from 'ws';

const AT_ONCE_MAX = 64;
const OPEN_MILLISECONDS_MAX = 60_000;

export interface Way {
  readonly url: string;
  /** A value of `Authorization` for each who comes. */
  readonly authorizations: readonly string[];
}

/** Links that are open, and the first message that came on each. */
export interface Crowd {
  readonly firsts: readonly string[];
  leave(): Promise<void>;
}

/** Connects them all, so many at once, each with a handshake of its own; a TLS session is never resumed. */
export async function comeBack({ url, authorizations }: Way): Promise<Crowd> {
  const sockets: WebSocket[] = [];
  const firsts: string[] = [];
  const left = authorizations.entries();
  const open = (authorization: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`${url}/api/agent/link`, {
        headers: { authorization },
        perMessageDeflate: false,
        rejectUnauthorized: false,
        handshakeTimeout: OPEN_MILLISECONDS_MAX,
        agent: false,
      });
      sockets.push(socket);
      socket.once('message', (data) => resolve(String(data)));
      socket.once('error', reject);
      socket.once('close', (code) => reject(new Error(`a link was closed with ${code}`)));
    });
  await Promise.all(
    Array.from({ length: AT_ONCE_MAX }, async () => {
      for (const [at, authorization] of left) firsts[at] = await open(authorization);
    }),
  );
  return {
    firsts,
    leave: async () => {
      await Promise.all(
        sockets.map((socket) => {
          const closed = new Promise((resolve) => socket.once('close', resolve));
          socket.terminate();
          return closed;
        }),
      );
    },
  };
}

/** The ticket in the first message of each link, as it is shown. */
export const ticketsOf = ({ firsts }: Crowd): string[] =>
  firsts.map((text) => {
    const order = LinkOrder.parse(JSON.parse(text));
    if (order.kind !== 'slot') throw new Error('a link did not begin with a slot and a ticket');
    return `Ticket ${order.ticket}`;
  });
