// Synthetic viewers: each asks for the camera of a home and counts what it receives.
import { ViewerNews } from '@nightlatch/protocol/live';
import { importSigningKey, newSigningDocument } from '@nightlatch/vault/keys';
import { newEphemeralKey, signLiveRequest } from '@nightlatch/vault/live-keys';
import { WebSocket } from 'ws';
import type { Household } from './cast.ts';
import { joinAll, obey } from './crowd-messages.ts';
import { stampOf } from './record-times.ts';

/** One in so many records is timed for the quantiles. */
const SAMPLE_EVERY = 7;

const count = { records: 0, bytes: 0, missed: 0 };
let milliseconds: number[] = [];
const troubles: string[] = [];
const { privateKey } = await importSigningKey(await newSigningDocument());
const { publicKey: ephemeralKey } = await newEphemeralKey();

/** Resolves when it receives records. */
async function join(url: string, { home, account, accountToken, agent, camera }: Household): Promise<void> {
  const asked = { home, camera, agent, viewer: account, ephemeralKey, requestedAt: Date.now() };
  const request = await signLiveRequest(asked, privateKey);
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/api/homes/${home}/cameras/${camera}/live`, {
    headers: { cookie: `nightlatch=${accountToken}`, origin: url },
    perMessageDeflate: false,
  });
  socket.on('open', () => socket.send(JSON.stringify({ kind: 'watch', request })));
  let last = 0;
  await new Promise<void>((resolve, reject) => {
    socket.on('close', (code) => {
      troubles.push(`a viewer was closed with ${code}`);
      reject(new Error(`a viewer was closed with ${code}`));
    });
    socket.on('error', reject);
    socket.on('message', (data, isBinary) => {
      if (!isBinary) {
        const news = ViewerNews.parse(JSON.parse(String(data)));
        if (news.kind === 'trouble') troubles.push(news.reason);
        return;
      }
      if (!Buffer.isBuffer(data)) return;
      const { sequence, dueAt } = stampOf(data);
      if (last !== 0) count.missed += sequence - last - 1;
      last = sequence;
      count.records++;
      count.bytes += data.length;
      if (count.records % SAMPLE_EVERY === 0) milliseconds.push(Date.now() - dueAt);
      resolve();
    });
  });
}

obey(async (order) => {
  if (order.kind === 'join') await joinAll(order.households, (household) => join(order.url, household));
  if (order.kind === 'reset') {
    Object.assign(count, { records: 0, bytes: 0, missed: 0 });
    milliseconds = [];
  }
  return { ...count, milliseconds, troubles };
});
