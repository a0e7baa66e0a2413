// The least that a server can do: `ws` takes every connection, looks at nothing, and says one word.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { serve } from './server-messages.ts';
import { putTlsInFront } from './tls-front.ts';

serve(async (order) => {
  const server = createServer();
  const sockets = new WebSocketServer({ server, perMessageDeflate: false, clientTracking: false });
  sockets.on('connection', (socket) => socket.send('{}'));
  await putTlsInFront(server, order);
  server.listen(order.port, '127.0.0.1');
  await once(server, 'listening');
});
