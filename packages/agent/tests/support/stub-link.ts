import type { Server } from 'node:http';
import { LIVE_RECORD_BYTES_MAX, LinkNews, type LinkOrder } from '@nightlatch/protocol/live';
import { routes } from '@nightlatch/protocol/routes';
import { type WebSocket, WebSocketServer } from 'ws';

/** The cloud's end of an agent's link. */
export interface StubLink {
  readonly socket: WebSocket;
  readonly news: LinkNews[];
  readonly records: Buffer[];
  /** The code that it was closed with; null while it is open. */
  closed: number | null;
  order(order: LinkOrder): void;
}

/** Takes links on the server of a stub cloud: of those who are signed in, and only where the contract has them. */
export function acceptLinks(
  server: Server,
  admit: (authorization: string) => boolean | 'hang-up',
): StubLink[] {
  const links: StubLink[] = [];
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LIVE_RECORD_BYTES_MAX });
  server.on('upgrade', (request, socket, head) => {
    const admitted = admit(request.headers.authorization ?? '');
    if (admitted === 'hang-up') {
      socket.destroy();
      return;
    }
    if (!admitted || request.url !== routes['agent.link'].path) {
      const [status, kind] = admitted
        ? ['404 Not Found', 'not-found']
        : ['401 Unauthorized', 'not-signed-in'];
      const body = JSON.stringify({ error: { kind, message: `refused: ${kind}` } });
      socket.end(`HTTP/1.1 ${status}\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (opened) => links.push(linkOf(opened)));
  });
  server.on('close', () => sockets.close());
  return links;
}

function linkOf(socket: WebSocket): StubLink {
  const link: StubLink = {
    socket,
    news: [],
    records: [],
    closed: null,
    order: (order) => socket.send(JSON.stringify(order)),
  };
  socket.on('message', (data, isBinary) => {
    if (!Buffer.isBuffer(data)) throw new Error('not one buffer');
    if (isBinary) link.records.push(data);
    else link.news.push(LinkNews.parse(JSON.parse(data.toString('utf8'))));
  });
  socket.on('close', (code) => {
    link.closed = code;
  });
  return link;
}
