import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { test } from 'node:test';
import { MANIFEST_TYP, type Manifest } from '@nightlatch/protocol/manifest';
import { signJws } from '@nightlatch/vault/signing';
import { composeMedia } from '../src/media.ts';
import { openObjectStore } from '../src/objects/store.ts';
import { randomText } from './support/cloud.ts';
import { newHousehold } from './support/household.ts';
import { newListeningCloud } from './support/listening.ts';
import { newSide } from './support/side.ts';

let freeBytes = 1e12;
const cloud = await newListeningCloud({
  outside: {
    media: async (foundation) =>
      composeMedia(foundation, {
        objects: await openObjectStore({
          directory: path.join(foundation.config.dataDirectory, 'objects'),
          freeBytes: async () => freeBytes,
        }),
      }),
  },
});
const { household, agent } = await newSide(cloud);
const { home, browser } = household;

const rowsOf = async (event: string): Promise<number> =>
  (await cloud.owner`select 1 from objects where event_id = ${event}`).length;

test('a manifest of a thumbnail or of metadata is small, for a list has many; a clip’s may be large', async () => {
  const event = await agent.record(household);
  const padded = async (manifest: Manifest) =>
    agent.call('agent.put-event', {
      params: { event: event.event },
      input: {
        manifests: [
          await signJws(
            { ...manifest, padding: 'x'.repeat(32 * 1024) },
            { typ: MANIFEST_TYP, privateKey: agent.device.privateKey },
          ),
        ],
      },
    });
  assert.equal((await padded(event.thumbnail.manifest)).status, 422);
  assert.equal((await padded(event.metadata.manifest)).status, 422);
  assert.equal(await rowsOf(event.event), 0);
  assert.equal((await padded(event.clip.manifest)).status, 200);
});

test('a home log is bounded in bytes too, before it is read into memory', async () => {
  const other = await newHousehold(cloud);
  const large = 'A'.repeat(131_072);
  const hash = createHash('sha256').update(large).digest('base64url');
  await cloud.owner`insert into home_log (home_id, sequence, entry, entry_hash)
    select ${other.home}, 900000 + n, ${large}, ${hash} from generate_series(1, 64) n`;
  const camera = agent.camera;
  const entry = await other.sign({ kind: 'name-camera', camera, epoch: 1, sealedName: randomText(60) });
  const answer = await other.browser.call('home-log.append', {
    params: { home: other.home },
    input: { entries: [entry] },
  });
  assert.equal(answer.statusCode, 422);
  assert.match(answer.json().error.message, /full/);
});

test('an account makes only so many homes in an hour', async () => {
  const [genesis] = await cloud.owner`select entry from home_log where home_id = ${home} and sequence = 0`;
  const statuses = new Set<number>();
  for (let made = 0; made < 20; made++)
    statuses.add((await browser.call('homes.create', { input: { entry: genesis?.entry } })).statusCode);
  assert.deepEqual([...statuses], [200, 429]);
});

test('an event is not stored where the database beside it would run out of room', async () => {
  const event = await agent.record(household);
  freeBytes = 1000;
  const refused = await agent.putEvent(event, [event.clip.manifest]);
  assert.equal(refused.status, 507);
  assert.equal(await rowsOf(event.event), 0);
  freeBytes = 1e12;
  assert.equal((await agent.putEvent(event, [event.clip.manifest])).status, 200);
});
