import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { MismatchReport } from '@nightlatch/protocol/events';
import { atHome, colourOf, isNear, look, until, untilColour } from './support/at-home.ts';
import type { Visitor } from './support/browser.ts';
import { COLOURS } from './support/colour-clip.ts';
import { type Crossing, startEventCloud } from './support/event-cloud.ts';
import { type KeptEvent, makeHome, rowOf, type SealedHome } from './support/sealed-home.ts';

const NOON = Date.UTC(2026, 10, 22, 12);
/** Ours is green; theirs is magenta, which must never be seen. */
const OURS = 1;
const THEIRS = 4;

let ours: SealedHome;
let theirs: SealedHome;
let foreign: KeptEvent;
before(async () => {
  [ours, theirs] = await Promise.all([makeHome(['Front door']), makeHome(['Bedroom'])]);
  foreign = await theirs.event({ camera: 0, startedAt: NOON, colour: THEIRS });
});

const objectOf = ({ objects }: KeptEvent, kind: string) => {
  const found = objects.find((object) => object.kind === kind);
  assert.ok(found);
  return found;
};

/** Our home with one honest event, and a server that crosses its answers. */
async function crossedCloud(crossing: (own: KeptEvent) => Crossing) {
  const event = await ours.event({ camera: 0, startedAt: NOON, colour: OURS });
  const cloud = await startEventCloud(ours);
  const own = cloud.kept.keep(event);
  Object.assign(cloud.cross, crossing(own));
  return { cloud, own };
}

/** Watches the page for the colour of the other home, on every image and video there is. */
async function assertNothingForeign(visitor: Visitor) {
  for (const selector of ['.event-card img', '.stage img', '.stage video'])
    assert.equal(isNear(await colourOf(visitor, selector), COLOURS[THEIRS]), false, selector);
  const text = (await visitor.page.locator('body').textContent()) ?? '';
  for (const secret of ['Bedroom', foreign.facts.event]) assert.equal(text.includes(secret), false, secret);
}

const reasonsOf = (reports: readonly unknown[]) =>
  reports.map((report) => {
    const { what, reason } = MismatchReport.parse(report);
    return `${what}: ${reason}`;
  });

test("another home's rows: nothing of them is shown, the person is told, and it is reported", async () => {
  const { cloud, own } = await crossedCloud(() => ({
    page: (page) => ({ ...page, events: [rowOf(foreign, true), ...page.events] }),
  }));
  await using _ = cloud;
  await using visitor = await atHome(cloud, '/events');
  await visitor.page.getByRole('alert').getByText('Nothing of it was opened or shown').waitFor();
  await untilColour(visitor, `[id="card-${own.facts.event}"] img`, COLOURS[OURS]);
  assert.equal(await visitor.page.locator('.event-card').count(), 1);
  await assertNothingForeign(visitor);
  assert.deepEqual(reasonsOf(cloud.reports), ['event: row-home']);
});

test("another home's thumbnail under our row is not shown", async () => {
  const { cloud } = await crossedCloud(() => ({
    sealed: (honest, path) =>
      path.startsWith('thumbnail') ? objectOf(foreign, 'thumbnail').container : honest,
  }));
  await using _ = cloud;
  await using visitor = await atHome(cloud, '/events');
  await visitor.page.getByText('Not shown: not what your camera signed').waitFor();
  assert.equal(await visitor.page.locator('.event-card img').count(), 0);
  await assertNothingForeign(visitor);
  assert.deepEqual(reasonsOf(cloud.reports), ['object: header-label']);
});

test("another home's manifest, relabelled as ours, is not believed", async () => {
  const { cloud, own } = await crossedCloud(() => ({
    page: (page) => ({
      ...page,
      events: page.events.map((row) => ({
        ...row,
        objects: [
          {
            kind: 'thumbnail' as const,
            revision: 0,
            manifest: objectOf(foreign, 'thumbnail').jws,
            receivedBytes: 1,
          },
        ],
      })),
    }),
  }));
  await using _ = cloud;
  await using visitor = await atHome(cloud, '/events');
  await visitor.page.getByRole('alert').waitFor();
  assert.equal(await visitor.page.locator(`[id="card-${own.facts.event}"]`).count(), 0);
  await assertNothingForeign(visitor);
  assert.deepEqual(reasonsOf(cloud.reports), ['manifest: wrong-signature']);
});

const clipCrossings: readonly [string, string, (own: KeptEvent) => Crossing][] = [
  [
    "another home's clip",
    'object: header-label',
    () => ({ sealed: (honest, path) => (path === 'clip.0' ? objectOf(foreign, 'clip').container : honest) }),
  ],
  [
    'our clip with the end of the other home’s',
    'object: chunk-length',
    (own) => ({
      sealed: (honest, path) => {
        if (path !== 'clip.0') return honest;
        const { headerBytes, chunks } = objectOf(own, 'clip').manifest;
        const cut = chunks.slice(0, 7).reduce((sum, [bytes]) => sum + bytes + 4, headerBytes);
        return new Uint8Array([
          ...honest.slice(0, cut),
          ...objectOf(foreign, 'clip').container.slice(headerBytes),
        ]);
      },
    }),
  ],
  ['another home’s event in its place', 'event: row-home', () => ({ event: () => rowOf(foreign, false) })],
  [
    'a clip cut short that the server calls whole',
    'object: truncated',
    () => ({ sealed: (honest, path) => (path === 'clip.0' ? honest.slice(0, -900) : honest) }),
  ],
];

for (const [name, reason, crossing] of clipCrossings)
  test(`${name}: the stage takes every picture away, says why, and reports it`, async () => {
    const { cloud, own } = await crossedCloud(crossing);
    await using _ = cloud;
    await using visitor = await atHome(cloud, `/events/${own.facts.event}`);
    await visitor.page.locator('.stage-problem').getByText('Nothing of it was opened or shown').waitFor();
    await until(
      () => look<number>(visitor, 'document.querySelector(".stage video").readyState'),
      (state) => state === 0,
    );
    assert.equal(await visitor.page.locator('.stage video').isVisible(), false);
    assert.equal(await visitor.page.locator('.stage-poster').count(), 0);
    await assertNothingForeign(visitor);
    await until(
      async () => reasonsOf(cloud.reports),
      (reasons) => reasons.includes(reason),
    );
    assert.equal(JSON.stringify(cloud.reports).includes(foreign.facts.event), false);
  });

test("another home's log opens nothing at all", async () => {
  const { cloud } = await crossedCloud(() => ({ log: () => theirs.entries }));
  await using _ = cloud;
  await using visitor = await atHome(cloud, '/events');
  await until(
    async () => reasonsOf(cloud.reports).join(),
    (reasons) => reasons.startsWith('home-log'),
  );
  assert.equal(await visitor.page.locator('.event-card').count(), 0);
  await assertNothingForeign(visitor);
});
