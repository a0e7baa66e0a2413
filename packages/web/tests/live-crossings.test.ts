import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { MismatchReport } from '@nightlatch/protocol/events';
import { newEphemeralKey, signLiveRequest } from '@nightlatch/vault/live-keys';
import { atHome, colourOf, isNear, look, until, untilColour } from './support/at-home.ts';
import type { Visitor } from './support/browser.ts';
import { COLOURS } from './support/colour-clip.ts';
import { type EventCloud, startEventCloud } from './support/event-cloud.ts';
import {
  createLiveCamera,
  type LiveCrossing,
  type SentRecord,
  type StubLiveCamera,
} from './support/live-agent.ts';
import { makeHome, type SealedHome } from './support/sealed-home.ts';

type Bytes = Uint8Array<ArrayBuffer>;

const VIDEO = '.live video';
/** Ours is green; what must never be seen is yellow. */
const OURS = 1;
const FOREIGN = 3;

let ours: SealedHome;
let cloud: EventCloud;
let visitor: Visitor;
/** The garden of the same home, and the bedroom of another: both yellow. */
let garden: StubLiveCamera;
let bedroom: StubLiveCamera;
const gardenRecords: Bytes[] = [];
const bedroomRecords: Bytes[] = [];

/** Has a camera run for somebody else, and keeps what is sent to them. */
async function overhear(camera: StubLiveCamera, home: SealedHome, kept: Bytes[]) {
  const { publicKey: ephemeralKey } = await newEphemeralKey();
  const wish = {
    home: home.home,
    camera: camera.camera,
    agent: home.device.agent,
    viewer: home.keys.account,
  };
  const request = await signLiveRequest(
    { ...wish, ephemeralKey, requestedAt: Date.now() },
    home.keys.signing.privateKey,
  );
  camera.show(FOREIGN);
  await camera.join({
    request,
    socket: {
      readyState: 1,
      send: (data) => void (typeof data !== 'string' && kept.push(data)),
      close: () => undefined,
    },
  });
  await until(
    async () => kept.length,
    (length) => length > 3,
  );
  return request;
}

/** Requests of other sessions, with other ephemeral keys. */
let gardenRequest: string;
let theirRequest: string;
before(async () => {
  const [mine, theirs] = await Promise.all([makeHome(), makeHome(['Bedroom'])]);
  ours = mine;
  cloud = await startEventCloud(ours);
  garden = cloud.live.at(1);
  const { camera } = theirs.cameras[0] ?? {};
  assert.ok(camera);
  bedroom = createLiveCamera(theirs, camera);
  gardenRequest = await overhear(garden, ours, gardenRecords);
  theirRequest = await overhear(bedroom, theirs, bedroomRecords);
  visitor = await atHome(cloud, '/settings');
  await watchPixels();
});
after(async () => {
  bedroom.end();
  await cloud[Symbol.asyncDispose]();
});

const reasons = () =>
  cloud.reports.map((report) => {
    const { what, reason } = MismatchReport.parse(report);
    return `${what}: ${reason}`;
  });

/** Ours until a few pictures have been seen; then what comes is crossed, with the key frames as they are. */
const afterSome =
  (crossed: (honest: SentRecord) => readonly Bytes[]) =>
  (honest: SentRecord, index: number): readonly Bytes[] =>
    index < 12 ? [honest.bytes] : crossed(honest);

const foreignGrant =
  (of: () => StubLiveCamera, request?: () => string): NonNullable<LiveCrossing['grant']> =>
  async (_, asked) =>
    of().grantOf(request?.() ?? asked);

const crossings: readonly {
  readonly promise: string;
  readonly reason: string;
  /** Our own picture was there before. */
  readonly seen: boolean;
  readonly cross: () => LiveCrossing;
}[] = [
  {
    promise: 'the fragments of another camera, in the middle of a picture that runs',
    reason: 'live: wrong-subject',
    seen: true,
    cross: () => ({ record: afterSome(() => gardenRecords.slice(1)) }),
  },
  {
    promise: 'the picture of another home, from its beginning',
    reason: 'live: wrong-signature',
    seen: false,
    cross: () => ({ grant: foreignGrant(() => bedroom), record: () => bedroomRecords }),
  },
  {
    promise: 'the answer that another home’s session was given',
    reason: 'live: wrong-signature',
    seen: false,
    cross: () => ({
      grant: foreignGrant(
        () => bedroom,
        () => theirRequest,
      ),
      record: () => bedroomRecords,
    }),
  },
  {
    promise: 'the picture of another camera, from its beginning, with its real grant',
    reason: 'live: wrong-subject',
    seen: false,
    cross: () => ({ grant: foreignGrant(() => garden), record: () => gardenRecords }),
  },
  {
    promise: "another session's key of the same camera",
    reason: 'live: replayed',
    seen: false,
    cross: () => ({
      grant: async () => cloud.live.at(0).grantOf(gardenRequest),
    }),
  },
  {
    promise: 'a record once more, in the middle of a picture that runs',
    reason: 'live: replayed',
    seen: true,
    cross: () => ({ record: afterSome(({ bytes }) => [bytes, bytes]) }),
  },
];

for (const { promise, reason, seen, cross } of crossings)
  test(`${promise}: nothing foreign is seen, the stream ends, and it is reported`, async () => {
    const camera = cloud.live.at(0);
    cloud.reports.length = 0;
    Object.assign(camera.cross, { grant: undefined, record: undefined }, cross());
    camera.show(OURS);
    await visitor.page.goto(`/cameras/${camera.camera}`);
    await visitor.page.getByRole('alert').getByText('Nothing of it was opened or shown').waitFor();
    assert.equal(await visitor.page.locator(VIDEO).isVisible(), false);
    assert.equal(await look<number>(visitor, `document.querySelector('${VIDEO}').readyState`), 0);
    const colours = await look<number[][]>(visitor, 'window.seenColours');
    assert.equal(
      colours.some((colour) => isNear(colour, COLOURS[FOREIGN] ?? [])),
      false,
    );
    assert.equal(
      colours.some((colour) => isNear(colour, COLOURS[OURS] ?? [])),
      seen,
    );
    await until(
      async () => reasons(),
      (told) => told.includes(reason),
    );
    assert.deepEqual(reasons(), [reason]);
    await until(
      async () => camera.watchers.size,
      (size) => size === 0,
    );
  });

/** Keeps every colour that any video of the next page shows, picture by picture. */
async function watchPixels() {
  await visitor.context.addInitScript(`(() => {
    window.seenColours = [];
    const canvas = Object.assign(document.createElement('canvas'), { width: 4, height: 4 });
    const context = canvas.getContext('2d', { willReadFrequently: true });
    const watched = new WeakSet();
    new MutationObserver(() => {
      for (const video of document.querySelectorAll('video')) {
        if (watched.has(video)) continue;
        watched.add(video);
        const see = () => {
          context.drawImage(video, 0, 0, 4, 4);
          window.seenColours.push([...context.getImageData(2, 2, 1, 1).data].slice(0, 3));
          video.requestVideoFrameCallback(see);
        };
        video.requestVideoFrameCallback(see);
      }
    }).observe(document, { childList: true, subtree: true });
  })()`);
}

test('a grant of an epoch that this browser knows to have ended shows nothing, and is reported', async () => {
  const camera = cloud.live.at(0);
  Object.assign(camera.cross, { grant: undefined, record: undefined });
  cloud.reports.length = 0;
  await ours.renewEpoch(camera.camera);
  await visitor.page.goto(`/cameras/${camera.camera}`);
  await visitor.page.getByRole('alert').getByText('Nothing of it was opened or shown').waitFor();
  assert.equal(await colourOf(visitor, VIDEO), null);
  await until(
    async () => reasons(),
    (told) => told.includes('live: wrong-epoch'),
  );
});

test('an agent that hears of a new epoch a moment later is asked again, and nothing is reported', async () => {
  const camera = cloud.live.at(0);
  cloud.reports.length = 0;
  let tries = 0;
  camera.cross.grant = async (old, asked) => (tries++ === 0 ? old : camera.grantOf(asked, { epoch: 2 }));
  await visitor.page.goto(`/cameras/${camera.camera}`);
  await untilColour(visitor, VIDEO, COLOURS[OURS]);
  assert.ok(tries > 1);
  assert.deepEqual(reasons(), []);
});

test('an honest picture is seen again after all of them', async () => {
  await visitor.page.goto(`/cameras/${garden.camera}`);
  await untilColour(visitor, VIDEO, COLOURS[FOREIGN]);
});
