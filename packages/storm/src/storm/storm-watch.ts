import { buffer } from 'node:stream/consumers';
import type { AgentId, CameraId, HomeId } from '@nightlatch/protocol/ids';
import { LIVE_RECORD_BYTES_MAX, ViewerNews } from '@nightlatch/protocol/live';
import type { SigningKey } from '@nightlatch/vault/keys';
import { newEphemeralKey, openLiveGrant, signLiveRequest } from '@nightlatch/vault/live-keys';
import { createRecordOpener, type RecordOpener, readInit } from '@nightlatch/vault/live-records';
import { WebSocket } from 'ws';
import type { Oracle } from './oracle.ts';
import type { Resident } from './town.ts';
import { readWatermark } from './watermark.ts';

const HANDSHAKE_MILLISECONDS = 10_000;

/** What an app has to know of a camera to ask for its live picture. */
export interface LiveCamera {
  readonly home: HomeId;
  readonly camera: CameraId;
  readonly agent: AgentId;
}

export interface StormWatch {
  readonly resident: Resident;
  /** Of the requests. Nobody verifies it here: the agents of the harness answer everybody. */
  readonly signing: SigningKey;
  readonly url: string;
  readonly oracle: Oracle;
}

/** Watches a camera until the socket is closed or the signal ends it, and tells the oracle every record in the moment it comes. */
export async function watchLive(
  { resident, signing, url, oracle }: StormWatch,
  { home, camera, agent }: LiveCamera,
  signal: AbortSignal,
): Promise<void> {
  const { account: viewer, token, device } = resident;
  const as = oracle.asking(viewer);
  const asked = { home, camera, agent, viewer };
  const ephemeral = await newEphemeralKey();
  const request = await signLiveRequest(
    { ...asked, ephemeralKey: ephemeral.publicKey, requestedAt: Date.now() },
    signing.privateKey,
  );
  if (signal.aborted) return;
  const socket = new WebSocket(new URL(`/api/homes/${home}/cameras/${camera}/live`, url), {
    ...{ origin: new URL(url).origin, headers: { cookie: `nightlatch=${token}` } },
    ...{ handshakeTimeout: HANDSHAKE_MILLISECONDS, maxPayload: LIVE_RECORD_BYTES_MAX },
    perMessageDeflate: false,
  });

  let opener: RecordOpener | undefined;
  const hear = async (text: string): Promise<void> => {
    const news = ViewerNews.parse(JSON.parse(text));
    // Of another home an app knows no agent's key, and so it can verify no grant.
    if (news.kind !== 'grant' || home !== resident.home) return;
    const expected = { ...asked, epoch: 1, ephemeral, deviceKey: device.publicKey };
    const { broadcast, liveKey } = await openLiveGrant(news.grant, expected);
    opener = await createRecordOpener({ home, camera, broadcast }, liveKey);
  };
  const show = async (record: Uint8Array): Promise<void> => {
    if (opener === undefined) return;
    const { kind, plaintext } = await opener.open(record);
    oracle.shown(as, readWatermark(kind === 'init' ? readInit(plaintext).segment : plaintext));
  };
  let turn: Promise<void> = Promise.resolve();
  socket.on('message', (data, isBinary) => {
    if (!Buffer.isBuffer(data)) return;
    if (isBinary) oracle.watched(as, data);
    turn = turn
      .then(() => (isBinary ? show(data) : hear(data.toString('utf8'))))
      // What cannot be verified ends the watch, as in the app.
      .catch(() => socket.terminate());
  });
  socket.once('open', () => socket.send(JSON.stringify({ kind: 'watch', request })));
  socket.once('unexpected-response', (asking, answer) => {
    void buffer(answer)
      .then(
        (bytes) => oracle.refused(as, bytes),
        () => undefined,
      )
      .finally(() => {
        asking.destroy();
        socket.terminate();
      });
  });
  // The close that follows is what counts.
  socket.on('error', () => undefined);
  const leave = (): void => socket.terminate();
  signal.addEventListener('abort', leave, { once: true });
  await new Promise((resolve) => socket.once('close', resolve));
  signal.removeEventListener('abort', leave);
  await turn;
}
