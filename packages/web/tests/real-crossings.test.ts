import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isNear, until } from './support/at-home.ts';
import type { Visitor } from './support/browser.ts';
import { COLOURS } from './support/colour-clip.ts';
import {
  foreignBytes,
  foreignLog,
  foreignManifests,
  foreignRows,
  type Wires,
} from './support/crossed-wires.ts';
import { answerTo, enter, type RealHome, type RealHomes, realHomes } from './support/real-homes.ts';

/** Ours is green; theirs is magenta, which no part of the app has. */
const BOTH = { ours: 1, theirs: 4 } as const;
const OURS = COLOURS[BOTH.ours];
const THEIRS = COLOURS[BOTH.theirs];
/** A thumbnail at phone width covers far more. */
const SEEN_PIXELS_MIN = 1000;

/** How many pixels of a colour are on the screen now, whatever shows them. */
async function pixelsOf({ page }: Visitor, colour: readonly number[]): Promise<number> {
  const shot = (await page.screenshot()).toString('base64');
  const rgba = await page.evaluate(async (png) => {
    const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
    const picture = await createImageBitmap(new Blob([bytes]));
    const canvas = new OffscreenCanvas(picture.width, picture.height);
    const context = canvas.getContext('2d');
    context?.drawImage(picture, 0, 0);
    const seen = new Map<string, number>();
    const { data } = context?.getImageData(0, 0, picture.width, picture.height) ?? { data: [] };
    for (let at = 0; at < data.length; at += 4) {
      const key = `${data[at]},${data[at + 1]},${data[at + 2]}`;
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
    return [...seen];
  }, shot);
  return rgba
    .filter(([key]) => isNear(key.split(',').map(Number), colour))
    .reduce((sum, [, count]) => sum + count, 0);
}

const untilSeen = (visitor: Visitor, colour: readonly number[]) =>
  until(
    () => pixelsOf(visitor, colour),
    (pixels) => pixels >= SEEN_PIXELS_MIN,
  );

/** Looks at every image and video in every frame from now on, on each page that is opened, and keeps their colours. */
async function watchFrames({ context }: Visitor): Promise<(visitor: Visitor) => Promise<number[][]>> {
  await context.addInitScript(() => {
    const seen = new Set<string>();
    Object.assign(globalThis, { seenColours: seen });
    const canvas = new OffscreenCanvas(1, 1);
    const drawing = canvas.getContext('2d', { willReadFrequently: true });
    const look = () => {
      for (const element of document.querySelectorAll<HTMLImageElement | HTMLVideoElement>('img, video')) {
        const isThere =
          element instanceof HTMLVideoElement ? element.readyState >= 2 : element.naturalWidth > 0;
        if (!isThere || drawing === null) continue;
        drawing.drawImage(element, 0, 0, 1, 1);
        seen.add([...drawing.getImageData(0, 0, 1, 1).data].slice(0, 3).join());
      }
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  return async ({ page }) => {
    const keys = await page.evaluate(() => [...Reflect.get(globalThis, 'seenColours')].map(String));
    return keys.map((key) => key.split(',').map(Number));
  };
}

const reportsOf = async ({ cloud }: RealHomes, { household }: RealHome): Promise<string[]> =>
  (await cloud.owner`select what, reason from mismatch_reports where home_id = ${household.home}`).map(
    ({ what, reason }) => `${what}: ${reason}`,
  );

const ALL_PAGES = ['events', 'stage', 'cameras'] as const;
type Place = (typeof ALL_PAGES)[number];
const pathOf = (place: Place, { event }: RealHome): string =>
  place === 'stage' ? `/events/${event.event}` : `/${place}`;

for (const [whose, colour] of [
  ['ours', OURS],
  ['theirs', THEIRS],
] as const)
  test(`without a crossed wire ${whose} see their own colour as thumbnail, clip and latest picture`, async () => {
    const homes = await realHomes(BOTH);
    const home = homes[whose];
    await using visitor = await enter(homes.cloud, home);
    const framesOf = await watchFrames(visitor);
    for (const place of ALL_PAGES) {
      await visitor.page.goto(pathOf(place, home));
      await untilSeen(visitor, colour);
      if (place === 'stage')
        await until(
          () =>
            visitor.page.evaluate(
              () => document.querySelector<HTMLVideoElement>('.stage video')?.readyState ?? 0,
            ),
          (state) => state >= 2,
        );
      assert.ok((await framesOf(visitor)).some((seen) => isNear(seen, colour)));
    }
    assert.deepEqual(await reportsOf(homes, home), []);
  });

interface Crossed {
  readonly name: string;
  readonly wires: (theirs: () => RealHome | undefined) => Wires;
  /** A path that the crossed cloud answers with what is theirs, and what it then has in it. */
  readonly proof: (homes: RealHomes) => { path: string; foreign: Uint8Array | string };
  /** What the app says, where. */
  readonly words: Partial<Record<Place, string>>;
  readonly report: RegExp;
}

const REFUSED = 'Not shown: not what your camera signed';
const NOTHING = 'Nothing of it was opened or shown';
const STOPPED = 'Nightlatch stopped here';

const bytesCase = (kind: 'thumbnail' | 'clip', words: Crossed['words']): Crossed => ({
  name: `the bytes of their ${kind}`,
  wires: (theirs) =>
    foreignBytes(kind, () => {
      const there = theirs();
      return there && { home: there.household.home, event: there.event.event, kind, revision: 0 };
    }),
  proof: ({ ours, theirs }) => ({
    path: `events/${ours.event.event}/${kind}/0`,
    foreign: theirs.event[kind].bytes,
  }),
  words,
  report: /^object: header-label$/,
});

const cases: readonly Crossed[] = [
  {
    name: 'the row of their event',
    wires: () => foreignRows,
    proof: ({ theirs }) => ({ path: 'events?limit=10', foreign: theirs.event.event }),
    words: { events: NOTHING, stage: NOTHING, cameras: REFUSED },
    report: /^event: row-home$/,
  },
  bytesCase('thumbnail', { events: REFUSED, cameras: REFUSED }),
  bytesCase('clip', { stage: NOTHING }),
  {
    name: 'the manifests of their event under our event',
    wires: () => foreignManifests,
    proof: ({ ours, theirs }) => ({
      path: `events/${ours.event.event}`,
      foreign: theirs.event.clip.manifest.headerHash,
    }),
    words: { events: NOTHING, stage: NOTHING, cameras: REFUSED },
    report: /^manifest: wrong-/,
  },
  {
    name: 'their home log',
    wires: () => foreignLog('all'),
    proof: ({ theirs }) => ({ path: 'log?after=-1', foreign: theirs.household.home }),
    words: { events: STOPPED, stage: STOPPED, cameras: STOPPED },
    report: /^home-log: /,
  },
  {
    name: 'the seal of their epoch in our log',
    wires: () => foreignLog([3]),
    proof: ({ theirs }) => ({ path: 'log?after=-1', foreign: theirs.household.home }),
    words: { events: STOPPED, stage: STOPPED, cameras: STOPPED },
    report: /^home-log: /,
  },
];

/** An answer with the payloads of what is signed in it readable. */
const readable = (answer: Buffer): string =>
  answer
    .toString()
    .replace(/"[\w-]+\.([\w-]+)\.[\w-]+"/g, (_, payload: string) =>
      Buffer.from(payload, 'base64url').toString(),
    );

for (const { name, wires, proof, words, report } of cases)
  test(`handed ${name} by the real cloud, our app shows nothing of theirs, says so, and it is in the table of reports`, async () => {
    const homes = await realHomes(BOTH, wires);
    const { cloud, ours, theirs } = homes;
    const { path, foreign } = proof(homes);
    const answer = await answerTo(cloud, ours, path);
    if (typeof foreign === 'string') assert.ok(readable(answer).includes(foreign), 'the wire is crossed');
    else assert.deepEqual(answer, Buffer.from(foreign));

    await using visitor = await enter(cloud, ours);
    const framesOf = await watchFrames(visitor);
    const { page } = visitor;
    for (const place of ALL_PAGES) {
      await page.goto(pathOf(place, ours));
      const said = words[place];
      // Where nothing is crossed on the way to a page, it shows what is ours.
      if (said === undefined) await untilSeen(visitor, OURS);
      else await page.getByText(said).filter({ visible: true }).first().waitFor();
      assert.equal(await pixelsOf(visitor, THEIRS), 0, place);
      assert.equal(
        (await framesOf(visitor)).some((seen) => isNear(seen, THEIRS)),
        false,
        `a frame on ${place}`,
      );
      const text = (await page.locator('body').textContent()) ?? '';
      for (const secret of ['Bedroom', theirs.event.event]) assert.ok(!text.includes(secret), secret);
    }
    await until(
      () => reportsOf(homes, ours),
      (reports) => reports.some((one) => report.test(one)),
    );
    assert.deepEqual(await reportsOf(homes, theirs), []);
  });
