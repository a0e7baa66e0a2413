import type { CameraId } from '@nightlatch/protocol/ids';
import type { ViewerMessage } from '@nightlatch/protocol/live';
import { newEphemeralKey, signLiveRequest } from '@nightlatch/vault/live-keys';
import { addressOf } from '../api/client.ts';
import { Refusal } from '../viewer/refusal.ts';
import { type AskedLive, createReceiver, type LivePiece } from './receiver.ts';

/** What waits to be opened. More than this means that this device cannot keep up, and it asks anew. */
const WAITING_BYTES_MAX = 16 * 1024 * 1024;
const WAITING_MESSAGES_MAX = 4_096;

/** How a connection ended: what was refused, or by which code it was closed. */
export type ConnectionEnd =
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** `opened` is false where the cloud has not even let the socket open. */
  | { readonly kind: 'closed'; readonly code: number; readonly opened: boolean }
  | { readonly kind: 'behind' };

export interface LiveConnection {
  close(): void;
}

const sizeOf = (data: unknown): number =>
  data instanceof ArrayBuffer ? data.byteLength : typeof data === 'string' ? data.length : 0;

/**
 * Asks once for the live picture of a camera, and hands on what was verified, in order. After `on.end` it says no
 * more; after `close` it says nothing at all.
 */
export function connectLive(
  { asked, signing }: { readonly asked: AskedLive; readonly signing: CryptoKey },
  on: { readonly piece: (piece: LivePiece) => void; readonly end: (end: ConnectionEnd) => void },
): LiveConnection {
  const socket = new WebSocket(socketAddress(asked));
  socket.binaryType = 'arraybuffer';
  let over = false;
  let opened = false;
  let waitingBytes = 0;
  let waitingMessages = 0;

  const end = (reason: ConnectionEnd) => {
    if (over) return;
    over = true;
    socket.close();
    on.end(reason);
  };
  const fail = (error: unknown) =>
    end({ kind: 'refused', refusal: error instanceof Refusal ? error : new Refusal('live', 'internal') });

  // Made while the socket opens.
  const asking = (async () => {
    const ephemeral = await newEphemeralKey();
    const { home, camera, agent, viewer } = asked;
    const wish = { home, camera, agent, viewer, ephemeralKey: ephemeral.publicKey, requestedAt: Date.now() };
    return { ephemeral, request: await signLiveRequest(wish, signing) };
  })();
  const receiving = asking.then(({ ephemeral }) => createReceiver({ asked, ephemeral }));
  let turn: Promise<void> = Promise.resolve();

  socket.addEventListener('open', () => {
    opened = true;
    asking
      .then(({ request }) => {
        const message: ViewerMessage = { kind: 'watch', request };
        if (!over) socket.send(JSON.stringify(message));
      })
      .catch(fail);
  });
  socket.addEventListener('message', ({ data }) => {
    const bytes = sizeOf(data);
    waitingBytes += bytes;
    waitingMessages += 1;
    if (waitingBytes > WAITING_BYTES_MAX || waitingMessages > WAITING_MESSAGES_MAX)
      return end({ kind: 'behind' });
    turn = turn
      .then(async () => {
        if (over) return;
        const receiver = await receiving;
        const piece = await receiver.take(data);
        waitingBytes -= bytes;
        waitingMessages -= 1;
        if (piece !== null && !over) on.piece(piece);
      })
      .catch(fail);
    return undefined;
  });
  // What came before the close is still to be played, or refused.
  socket.addEventListener('close', ({ code }) => void turn.then(() => end({ kind: 'closed', code, opened })));

  return {
    close() {
      over = true;
      socket.close();
    },
  };
}

function socketAddress({ home, camera }: { readonly home: string; readonly camera: CameraId }): string {
  const address = new URL(addressOf('live.watch', { params: { home, camera } }), location.href);
  address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  return address.href;
}
