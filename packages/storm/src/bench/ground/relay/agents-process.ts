// Synthetic agents: each keeps its link and, when somebody watches, sends records at 2 Mbit/s.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { newBroadcastId } from '@nightlatch/protocol/ids';
import { LinkOrder, LiveRequest } from '@nightlatch/protocol/live';
import { generateDeviceKey } from '@nightlatch/vault/device';
import { signLiveGrant } from '@nightlatch/vault/live-keys';
import { createRecordSealer } from '@nightlatch/vault/live-records';
import { unverifiedPayload } from '@nightlatch/vault/signing';
import { WebSocket } from 'ws';
import type { Household } from './cast.ts';
import { joinAll, obey } from './crowd-messages.ts';
import { stamp } from './record-times.ts';

const RECORDS_PER_SECOND = 15;
const BYTES_PER_SECOND = 2_000_000 / 8;
/** A key frame every two seconds, four times as large as the others. */
const KEY_FRAME_EVERY = 2 * RECORDS_PER_SECOND;
const FRAGMENT_BYTES = Math.round((2 * BYTES_PER_SECOND) / (KEY_FRAME_EVERY + 3));
const TICK_MILLISECONDS = 2;

interface Sending {
  due(now: number): void;
}
const sending: Sending[] = [];
const count = { records: 0, bytes: 0 };
const troubles: string[] = [];
const device = await generateDeviceKey();

async function join(url: string, { home, agent, agentToken, camera }: Household): Promise<void> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/api/agent/link`, {
    headers: { authorization: `Bearer ${agentToken}` },
    perMessageDeflate: false,
  });
  const open = once(socket, 'open');
  socket.on('close', (code) => troubles.push(`a link was closed with ${code}`));
  socket.on('error', (error) => troubles.push(error.message));
  const label = { home, camera, broadcast: newBroadcastId(randomBytes) };
  const liveKey = new Uint8Array(randomBytes(32));
  const sealer = await createRecordSealer(label, liveKey);
  const sealed = async (kind: 'init' | 'fragment', keyFrame: boolean, bytes: number): Promise<Buffer> =>
    Buffer.from(await sealer.seal(kind, keyFrame, new Uint8Array(randomBytes(bytes))));
  const init = await sealed('init', false, 1000);
  const keyFrame = await sealed('fragment', true, 4 * FRAGMENT_BYTES);
  const fragment = await sealed('fragment', false, FRAGMENT_BYTES);

  let sequence = 0;
  let startedAt = 0;
  /** The records since the last key frame, for those who join. */
  let group: Buffer[] = [];
  /** A broadcast begins after the first grant; after every other one it is repeated. */
  const begin = (): void => {
    if (startedAt !== 0) {
      for (const record of [init, ...group]) socket.send(record);
      return;
    }
    // Cameras are not in step with each other.
    startedAt = Date.now() + Math.random() * (1000 / RECORDS_PER_SECOND);
    stamp(init, 0, startedAt);
    socket.send(init);
    sending.push({
      due: (now) => {
        for (;;) {
          const dueAt = startedAt + (sequence * 1000) / RECORDS_PER_SECOND;
          if (dueAt > now) return;
          const isKeyFrame = sequence % KEY_FRAME_EVERY === 0;
          const record = Buffer.from(isKeyFrame ? keyFrame : fragment);
          sequence++;
          stamp(record, sequence, dueAt);
          group = isKeyFrame ? [record] : [...group, record];
          socket.send(record);
          count.records++;
          count.bytes += record.length;
        }
      },
    });
  };
  socket.on('message', async (data) => {
    const order = LinkOrder.parse(JSON.parse(String(data)));
    if (order.kind !== 'watch') return;
    const { viewer, ephemeralKey } = unverifiedPayload(order.request, LiveRequest);
    const asked = { ...label, agent, epoch: 1, viewer, ephemeralKey };
    const grant = await signLiveGrant(asked, liveKey, device.privateKey);
    const { watch } = order;
    socket.send(JSON.stringify({ kind: 'grant', watch, broadcast: label.broadcast, grant }));
    begin();
  });
  await open;
}

const tick = setInterval(() => {
  const now = Date.now();
  for (const one of sending) one.due(now);
}, TICK_MILLISECONDS);
tick.unref();

obey(async (order) => {
  if (order.kind === 'join') await joinAll(order.households, (household) => join(order.url, household));
  if (order.kind === 'reset') Object.assign(count, { records: 0, bytes: 0 });
  return { ...count, missed: 0, milliseconds: [], troubles };
});
