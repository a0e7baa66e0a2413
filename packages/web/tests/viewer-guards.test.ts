import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { VaultError } from '@nightlatch/vault/errors';
import { type Guards, guards } from '../src/viewer/guards.ts';
import { Refusal } from '../src/viewer/refusal.ts';
import { never, viewerOf } from './support/memory-road.ts';
import type { SealedHome } from './support/sealed-home.ts';
import {
  type Case,
  cases,
  objectOf,
  pictureOfSecond,
  scene,
  seenSecond,
  takenOut,
  thumbnails,
} from './support/viewer-cases.ts';

/** What came of asking: what was refused, or that nothing was. */
async function outcome({ crossed, ask, kept }: Case, with_: Guards) {
  const { viewer, reports } = viewerOf(scene.ours, {
    kept: (await kept?.()) ?? scene.kept,
    crossed: await crossed(),
    guards: with_,
  });
  const said = await ask(viewer).then(
    () => 'shown',
    (error: unknown) => {
      if (!(error instanceof Refusal)) throw error;
      return `${error.what}: ${error.reason}`;
    },
  );
  return { said, reports };
}

describe('the viewer refuses', () => {
  for (const one of cases)
    test(`${one.promise} (${one.guard}), and reports it`, async () => {
      const { said, reports } = await outcome(one, guards);
      assert.equal(said, one.refused);
      assert.ok(reports.some(({ what, reason }) => `${what}: ${reason}` === one.refused));
    });
});

describe('with one guard taken out', () => {
  for (const one of cases)
    test(`${one.promise} is noticed to be unguarded without ${one.guard}`, async () => {
      const weakened: Guards = { ...guards, [one.guard]: takenOut[one.guard] };
      assert.notEqual((await outcome(one, weakened)).said, one.refused);
    });

  test('every guard has a case that needs it', () => {
    const covered = new Set<string>(cases.map(({ guard }) => guard));
    assert.deepEqual(
      Object.keys(guards).filter((name) => !covered.has(name)),
      [],
    );
  });

  const foreign = cases.filter(({ promise }) => promise.includes('another home'));
  for (const name of Object.keys(guards))
    test(`nothing of another home is shown without ${name}`, async () => {
      for (const one of foreign) {
        const { said } = await outcome(one, {
          ...guards,
          ...Object.fromEntries([[name, Reflect.get(takenOut, name)]]),
        });
        assert.notEqual(said, 'shown', one.promise);
      }
    });
});

describe('the keys of the home log', () => {
  const pictureWith = async (epochKey: SealedHome['epochKey']) => {
    const { viewer, reports } = viewerOf(scene.ours, { kept: scene.kept, pins: { epochKey } });
    await assert.rejects(pictureOfSecond(viewer), Refusal);
    return reports.map(({ what, reason }) => `${what}: ${reason}`);
  };

  test("another camera's epoch key opens nothing, and is reported", async () => {
    const other = scene.ours.cameras[1]?.camera;
    assert.ok(other);
    const reports = await pictureWith((_, epoch) => scene.ours.epochKey(other, epoch));
    assert.deepEqual(reports, ['epoch: wrong-subject']);
  });

  test("another home's epoch seal opens nothing, and is reported", async () => {
    const reports = await pictureWith(async () => {
      throw new VaultError('wrong-member', 'This epoch key was sealed for somebody else.');
    });
    assert.deepEqual(reports, ['epoch: wrong-member']);
  });

  test('a camera added a moment ago is looked up in the log once more before it is refused', async () => {
    let refreshed = 0;
    const { viewer } = viewerOf(scene.ours, {
      kept: scene.kept,
      pins: {
        deviceKeyOf: () => (refreshed === 0 ? null : scene.ours.device.publicKey),
        refresh: async () => void refreshed++,
      },
    });
    const { items } = await viewer.list({}, never);
    assert.ok(items.every(({ kind }) => kind === 'event'));
    assert.equal(refreshed, 1);
  });
});

test('one mismatch is reported once, however often it is met', async () => {
  const { viewer, reports } = viewerOf(scene.ours, {
    kept: scene.kept,
    crossed: thumbnails(() => objectOf(scene.foreign, 'thumbnail').container)(),
  });
  for (let time = 0; time < 3; time++) await assert.rejects(pictureOfSecond(viewer), Refusal);
  assert.equal(reports.length, 1);
  assert.deepEqual(Object.keys(reports[0]?.asked ?? {}).sort(), ['camera', 'event', 'kind']);
});

test('a picture of which only a part has arrived is not shown in part', async () => {
  const { viewer, reports } = viewerOf(scene.ours, {
    kept: scene.kept,
    crossed: thumbnails((honest) => honest.slice(0, -30))(),
  });
  assert.equal(await pictureOfSecond(viewer), null);
  assert.deepEqual(reports, []);
});

test('bytes that start elsewhere than asked for are refused', async () => {
  const { viewer } = viewerOf(scene.ours, { kept: scene.kept, crossed: { start: (from) => from + 1 } });
  await assert.rejects(pictureOfSecond(viewer), { reason: 'wrong-range' });
});

test('an honest server is believed: list, picture, metadata and clip', async () => {
  const { viewer, reports } = viewerOf(scene.ours, { kept: scene.kept });
  const { items } = await viewer.list({}, never);
  assert.deepEqual(
    items.map(({ kind }) => kind),
    ['event', 'event', 'event'],
  );
  const picture = await viewer.thumbnail(await seenSecond(viewer), never);
  assert.deepEqual([...(picture ?? [])].slice(0, 3), [0xff, 0xd8, 0xff]);
  const opening = await viewer.openClip(scene.first.facts.event, undefined, never);
  assert.equal(opening?.metadata.widthPixels, 320);
  const seconds = [];
  for await (const { index } of opening?.clip.read(0, never) ?? []) seconds.push(index);
  assert.equal(seconds.length, objectOf(scene.first, 'clip').manifest.chunks.length);
  assert.deepEqual(reports, []);
});
