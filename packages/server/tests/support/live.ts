import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type CameraId, newBroadcastId, type WatchId } from '@nightlatch/protocol/ids';
import { LinkOrder, type LiveTrouble, ViewerNews } from '@nightlatch/protocol/live';
import {
  newEphemeralKey,
  openLiveGrant,
  signLiveGrant,
  signLiveRequest,
  verifyLiveRequest,
} from '@nightlatch/vault/live-keys';
import {
  createRecordOpener,
  createRecordSealer,
  type LiveLabel,
  type OpenedRecord,
  type RecordOpener,
} from '@nightlatch/vault/live-records';
import { WebSocket } from 'ws';
import type { Household } from './household.ts';
import type { ListeningCloud } from './listening.ts';
import type { Side } from './side.ts';
import type { SyntheticAgent } from './synthetic-agent.ts';

/** A socket, or the answer that refused it. */
export async function connectSocket(
  url: URL,
  headers: Readonly<Record<string, string>>,
): Promise<WebSocket | { status: number; body: string }> {
  const socket = new WebSocket(new URL(url.href.replace(/^http/, 'ws')), { headers });
  // The first message may come with the answer.
  inboxOf(socket);
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(socket));
    socket.on('error', reject);
    socket.once('unexpected-response', (_request, response) => {
      const parts: Buffer[] = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString('utf8') }),
      );
    });
  });
}

/** Messages in the order in which they came, and the code with which the socket was closed. */
interface Inbox {
  readonly socket: WebSocket;
  next(): Promise<string | Buffer>;
  /** 1006 when it was cut. */
  readonly closed: Promise<number>;
  readonly bytes: { binary: number };
}

const inboxes = new WeakMap<WebSocket, Inbox>();
export function inboxOf(socket: WebSocket): Inbox {
  const known = inboxes.get(socket) ?? newInbox(socket);
  inboxes.set(socket, known);
  return known;
}

function newInbox(socket: WebSocket): Inbox {
  const waiting: (string | Buffer)[] = [];
  const bytes = { binary: 0 };
  let wake = (): void => {};
  let over = false;
  socket.on('message', (data, isBinary) => {
    assert.ok(Buffer.isBuffer(data));
    if (isBinary) bytes.binary += data.length;
    waiting.push(isBinary ? data : data.toString('utf8'));
    wake();
  });
  const closed = new Promise<number>((resolve) => {
    socket.once('close', (code) => {
      over = true;
      wake();
      resolve(code);
    });
  });
  return {
    socket,
    closed,
    bytes,
    next: async () => {
      while (waiting.length === 0) {
        assert.ok(!over, 'the socket has closed and nothing more came');
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const message = waiting.shift();
      assert.ok(message !== undefined);
      return message;
    },
  };
}

async function socketOf(url: URL, headers: Record<string, string>): Promise<WebSocket> {
  const opened = await connectSocket(url, headers);
  assert.ok(!('status' in opened), 'body' in opened ? `${opened.status} ${opened.body}` : '');
  return opened;
}

/** One live upload of a camera, really sealed. */
export interface LiveUpload {
  readonly label: LiveLabel;
  /** Answers a request as the agent does, after verifying it. */
  grant(order: Extract<LinkOrder, { kind: 'watch' }>): Promise<string>;
  seal(kind: 'init' | 'fragment', keyFrame: boolean, plaintext: Uint8Array<ArrayBuffer>): Promise<Uint8Array>;
}

export async function newUpload(
  household: Household,
  agent: SyntheticAgent,
  camera: CameraId = agent.camera,
): Promise<LiveUpload> {
  const { home, unlocked } = household;
  const label = { home, camera, broadcast: newBroadcastId(randomBytes) };
  const key = new Uint8Array(randomBytes(32));
  const sealer = await createRecordSealer(label, key);
  return {
    label,
    grant: async (order) => {
      const { agent: id, privateKey } = agent.device;
      const viewer = unlocked.account;
      const expected = { home, camera, agent: id, viewer, viewerKey: unlocked.signing.publicKey };
      const { ephemeralKey } = await verifyLiveRequest(order.request, expected);
      return signLiveGrant({ ...label, agent: id, epoch: 1, viewer, ephemeralKey }, key, privateKey);
    },
    seal: (kind, keyFrame, plaintext) => sealer.seal(kind, keyFrame, plaintext),
  };
}

type Told = Extract<LinkOrder, { kind: 'slot' }>;

export interface LiveLink extends Inbox {
  /** What it was told when it was opened: when and with what to come back. */
  readonly told: Told;
  order<Kind extends LinkOrder['kind']>(kind: Kind): Promise<Extract<LinkOrder, { kind: Kind }>>;
  /** Says that the watch is at the upload from now on. */
  answer(watch: WatchId, upload: LiveUpload, grant: string): void;
  trouble(watch: WatchId, reason: LiveTrouble): void;
  send(record: Uint8Array): void;
}

export async function openLink(
  cloud: ListeningCloud,
  agent: SyntheticAgent,
  authorization = `Bearer ${agent.token}`,
): Promise<LiveLink> {
  const socket = await socketOf(new URL('/api/agent/link', cloud.url), { authorization });
  const inbox = inboxOf(socket);
  const order: LiveLink['order'] = async (kind) => {
    const message = await inbox.next();
    assert.ok(typeof message === 'string');
    const parsed = LinkOrder.parse(JSON.parse(message));
    assert.equal(parsed.kind, kind);
    return parsed as never;
  };
  return {
    ...inbox,
    told: await order('slot'),
    order,
    answer: (watch, { label }, grant) =>
      socket.send(JSON.stringify({ kind: 'grant', watch, broadcast: label.broadcast, grant })),
    trouble: (watch, reason) => socket.send(JSON.stringify({ kind: 'trouble', watch, reason })),
    send: (record) => socket.send(record),
  };
}

export interface LiveViewer extends Inbox {
  /** The next message has to be a grant for what was asked; it is opened. */
  granted(): Promise<RecordOpener>;
  news(): Promise<ViewerNews>;
  record(opener: RecordOpener): Promise<OpenedRecord>;
}

export interface WatchOptions {
  readonly camera?: CameraId;
  readonly cookie?: string | undefined;
  /** What is sent in place of the signed request. */
  readonly first?: string | Buffer;
}

export async function openViewer(
  cloud: ListeningCloud,
  { household, agent }: Pick<Side, 'household' | 'agent'>,
  options: WatchOptions = {},
): Promise<LiveViewer> {
  const { home, unlocked, browser } = household;
  const camera = options.camera ?? agent.camera;
  const socket = await socketOf(new URL(`/api/homes/${home}/cameras/${camera}/live`, cloud.url), {
    origin: cloud.origin,
    cookie: options.cookie ?? browser.cookie ?? '',
  });
  const inbox = inboxOf(socket);
  const ephemeral = await newEphemeralKey();
  const viewer = unlocked.account;
  const asked = { home, camera, agent: agent.device.agent, viewer };
  const request = await signLiveRequest(
    { ...asked, ephemeralKey: ephemeral.publicKey, requestedAt: Date.now() },
    unlocked.signing.privateKey,
  );
  socket.send(options.first ?? JSON.stringify({ kind: 'watch', request }));
  const news = async (): Promise<ViewerNews> => {
    const message = await inbox.next();
    assert.ok(typeof message === 'string');
    return ViewerNews.parse(JSON.parse(message));
  };
  return {
    ...inbox,
    news,
    granted: async () => {
      const told = await news();
      assert.ok(told.kind === 'grant', JSON.stringify(told));
      const deviceKey = agent.device.publicKey;
      const { liveKey, broadcast } = await openLiveGrant(told.grant, {
        ...{ ...asked, epoch: 1, ephemeral, deviceKey },
      });
      return createRecordOpener({ home, camera, broadcast }, liveKey);
    },
    record: async (opener) => {
      const message = await inbox.next();
      assert.ok(Buffer.isBuffer(message));
      return opener.open(message);
    },
  };
}
