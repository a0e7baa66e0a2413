import assert from 'node:assert/strict';
import { test } from 'node:test';
import { composeMedia } from '../src/media.ts';
import { beginUpload } from './support/begin-upload.ts';
import { type ListeningCloud, newListeningCloud } from './support/listening.ts';
import type { SealedObject } from './support/sealed-event.ts';
import { newSide, type Side } from './support/side.ts';

const newCloudWith = (uploads: { bodiesMax?: number; bodiesOfAgentMax?: number }): Promise<ListeningCloud> =>
  newListeningCloud({
    outside: {
      media: (foundation) => composeMedia(foundation, { uploads }),
    },
  });

/** Sends the first byte of an object and no other, until it is let go: a line that stands still. */
async function sendSlowly(cloud: ListeningCloud, { agent, household }: Side) {
  const event = await agent.record(household);
  await agent.putEvent(event, [event.clip.manifest]);
  await agent.createUpload(event.clip, { length: event.clip.bytes.length });
  const { bytes } = event.clip;
  const sent = beginUpload(cloud.url, agent, event.clip);
  const answered = new Promise<number>((resolve, reject) => {
    sent.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on('error', reject);
  });
  sent.write(bytes.subarray(0, 1));
  return { clip: event.clip, answered, finish: () => sent.end(bytes.subarray(1)) };
}

async function fresh({ agent, household }: Side): Promise<SealedObject> {
  const event = await agent.record(household);
  assert.equal((await agent.putEvent(event, [event.metadata.manifest])).status, 200);
  return event.metadata;
}

for (const { what, limits, isOther } of [
  { what: 'the cloud reads', limits: { bodiesMax: 1 }, isOther: true },
  { what: 'an agent may send', limits: { bodiesOfAgentMax: 1 }, isOther: false },
])
  test(`more bodies at once than ${what} are told to come later; events and look-ups go on, and nothing is lost`, async () => {
    const cloud = await newCloudWith(limits);
    const [side, other] = [await newSide(cloud), await newSide(cloud)];
    const slow = await sendSlowly(cloud, side);
    const next = isOther ? other : side;
    const object = await fresh(next);
    // The slow one is being read once its first byte is.
    let created = await next.agent.createUpload(object);
    for (let tries = 0; created.status !== 503 && tries < 200; tries++)
      created = await next.agent.createUpload(object);
    assert.equal(created.status, 503);
    assert.ok(Number(created.headers.get('retry-after')) >= 1);
    assert.equal((await next.agent.headUpload(slow.clip)).status, isOther ? 404 : 200);
    if (!isOther) await other.agent.deliver(await other.agent.record(other.household));
    slow.finish();
    assert.equal(await slow.answered, 204);
    const event = await next.agent.record(next.household);
    await next.agent.deliver(event);
  });
