import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * What goes wrong with one reply. `row`: a DataRow alone; `reply`: everything up to and with ReadyForQuery; late: its
 * copy comes just before the next reply; `silence`: the reply and all that follow on that socket are dropped.
 */
export type Fault =
  | 'repeat-row'
  | 'drop-row'
  | 'repeat-reply'
  | 'repeat-reply-late'
  | 'drop-reply'
  | 'silence';

export interface FaultyProxy {
  readonly port: number;
  /** Breaks the first reply with rows that comes from now on, on whichever connection. */
  breakNext(fault: Fault): void;
  /** Whether the fault has happened. */
  readonly broken: boolean;
  /** Connections that are open. */
  readonly open: number;
  close(): Promise<void>;
}

const DATA_ROW = 'D';
const READY_FOR_QUERY = 'Z';

/**
 * Passes PostgreSQL's wire protocol through, and breaks one reply when told to. With `forgetRole` it loses the role that
 * a connection asks for when it starts, as poolers do with settings they do not know.
 */
export async function startFaultyProxy(
  target: number,
  options: { forgetRole?: boolean } = {},
): Promise<FaultyProxy> {
  let armed: Fault | undefined;
  let broken = false;
  const sockets = new Set<Socket>();

  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    sockets.add(client);
    client.on('data', (chunk: Buffer) => {
      const text = chunk.toString('latin1');
      upstream.write(options.forgetRole === true ? text.replace('\0role\0', '\0x.yz\0') : text, 'latin1');
    });
    client.on('end', () => upstream.end());
    const end = () => {
      sockets.delete(client);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on('close', end).on('error', end);

    let rest = Buffer.alloc(0);
    let reply: Buffer[] = [];
    let silent = false;
    let late: Buffer[] = [];
    upstream.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 5) {
        const length = 1 + rest.readUInt32BE(1);
        if (rest.length < length) return;
        const message = rest.subarray(0, length);
        rest = rest.subarray(length);
        reply.push(message);
        const type = String.fromCharCode(message[0] ?? 0);
        // Parse and describe are answered without ReadyForQuery; pass on whatever is complete outside of a reply.
        if (type === READY_FOR_QUERY) {
          if (!silent) client.write(Buffer.concat([...late.splice(0), ...faulty(reply)]));
          reply = [];
        } else if (!reply.some((part) => part[0] === DATA_ROW.charCodeAt(0)) && isDescription(type)) {
          if (!silent) client.write(Buffer.concat(reply));
          reply = [];
        }
      }
    });

    const faulty = (messages: Buffer[]): Buffer[] => {
      const row = messages.findIndex((message) => message[0] === DATA_ROW.charCodeAt(0));
      if (armed === undefined || row < 0) return messages;
      const fault = armed;
      armed = undefined;
      broken = true;
      const before = messages.slice(0, row);
      const after = messages.slice(row + 1);
      const rows = messages.slice(row, row + 1);
      if (fault === 'repeat-row') return [...before, ...rows, ...rows, ...after];
      if (fault === 'drop-row') return [...before, ...after];
      if (fault === 'repeat-reply') return [...messages, ...messages];
      if (fault === 'repeat-reply-late') {
        late = messages;
        return messages;
      }
      silent = fault === 'silence';
      return [];
    };
  });
  const isDescription = (type: string) => 'RSKNTtn1E'.includes(type);

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    breakNext: (fault) => {
      armed = fault;
      broken = false;
    },
    get broken() {
      return broken;
    },
    get open() {
      return sockets.size;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
