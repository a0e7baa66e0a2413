import type { Server } from 'node:http';
import { ViewerMessage } from '@nightlatch/protocol/live';
import { WebSocketServer } from 'ws';
import { createLiveCamera, type StubLiveCamera, type StubWatcher } from './live-agent.ts';
import type { SealedHome } from './sealed-home.ts';

/** Live view of every camera of a home on the sockets of a stub cloud. */
export function liveEndpoint(server: Server, home: SealedHome, withSound = false) {
  const cameras: StubLiveCamera[] = home.cameras.map(({ camera }) =>
    createLiveCamera(home, camera, withSound),
  );
  const sockets = new WebSocketServer({ noServer: true });
  /** What the cloud refuses before the upgrade; nothing while null. */
  const door: { refused: number | null } = { refused: null };
  /** Requests as they came. */
  const requests: string[] = [];

  server.on('upgrade', (request, socket, head) => {
    const live = cameras.find(
      ({ camera }) => request.url === `/api/homes/${home.home}/cameras/${camera}/live`,
    );
    const status = door.refused ?? (live === undefined ? 404 : null);
    if (live === undefined || status !== null)
      return socket.end(`HTTP/1.1 ${status} No\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
    return sockets.handleUpgrade(request, socket, head, (opened) => {
      opened.once('message', (data) => {
        const message = ViewerMessage.parse(JSON.parse(String(data)));
        requests.push(message.request);
        const watcher: StubWatcher = { request: message.request, socket: opened };
        opened.on('close', () => live.leave(watcher));
        live.join(watcher).catch(() => opened.close(1011));
      });
    });
  });

  return {
    cameras,
    door,
    requests,
    /** The live camera at a place of the home. */
    at(index: number): StubLiveCamera {
      const camera = cameras[index];
      if (camera === undefined) throw new Error('the home has no such camera');
      return camera;
    },
    end() {
      for (const camera of cameras) camera.end();
      for (const client of sockets.clients) client.terminate();
      sockets.close();
    },
  };
}
