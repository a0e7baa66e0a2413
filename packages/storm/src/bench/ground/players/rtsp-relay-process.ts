// rtsp-relay as its README shows it, in a process of its own: `rtsp-relay-process.ts CAMERA_URL`. Says "ready PORT".
import { once } from 'node:events';
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import express from 'express';
import relay from 'rtsp-relay';
import { WebSocketServer } from 'ws';

const PAGE = `<!doctype html><title>JSMpeg</title>
<canvas></canvas>
<script src="/jsmpeg.js"></script>
<script>
  new JSMpeg.Player('ws://' + location.host + '/stream', {
    canvas: document.querySelector('canvas'),
    audio: false,
    disableGl: true,
  });
</script>`;

const [url = ''] = process.argv.slice(2);
const app = express();
app.get('/', (_, response) => void response.type('html').send(PAGE));
const library = path.dirname(fileURLToPath(import.meta.resolve('@cycjimmy/jsmpeg-player')));
app.get('/jsmpeg.js', (_, response) => response.sendFile(path.join(library, 'jsmpeg-player.umd.min.js')));
// What JSMpeg's README advises for the lowest delay; its canvas without WebGL, which this Chromium has in software only.
const additionalFlags = ['-bf', '0', '-muxdelay', '0.001', '-q', '5'];
const handler = relay(app).proxy({ url, transport: 'tcp', useNativeFFmpeg: true, additionalFlags });
const server = createServer(app);
new WebSocketServer({ server, path: '/stream' }).on('connection', handler);
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('no port is free');
process.stdout.write(`ready ${address.port}\n`);
