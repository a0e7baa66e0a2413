import assert from 'node:assert/strict';
import type { EventRow, EventsPage } from '@nightlatch/protocol/events';
import { GapStatement, Manifest } from '@nightlatch/protocol/manifest';
import { newContentKey } from '@nightlatch/vault/content';
import { concat } from '@nightlatch/vault/encoding';
import { signManifest } from '@nightlatch/vault/manifest';
import { unverifiedPayload } from '@nightlatch/vault/signing';
import { type Guards, guards } from '../../src/viewer/guards.ts';
import { isSeen, type SeenEvent } from '../../src/viewer/seen-event.ts';
import type { Viewer } from '../../src/viewer/viewer.ts';
import { type KeptEvents, keptEvents } from './kept-events.ts';
import { type Crossed, never } from './memory-road.ts';
import { type KeptEvent, type KeptObject, makeHome, type SealedHome } from './sealed-home.ts';

const NOON = Date.UTC(2026, 10, 22, 12);

/** Two homes with events of the same form, and what the first one's server keeps. */
interface Scene {
  readonly ours: SealedHome;
  readonly theirs: SealedHome;
  readonly kept: KeptEvents;
  readonly first: KeptEvent;
  readonly second: KeptEvent;
  readonly foreign: KeptEvent;
}
export const scene: Scene = await makeScene();

async function makeScene(): Promise<Scene> {
  const ours = await makeHome();
  const theirs = await makeHome();
  const kept = keptEvents();
  const first = kept.keep(await ours.event({ camera: 0, startedAt: NOON, colour: 0, revisions: 2 }));
  const second = kept.keep(await ours.event({ camera: 0, startedAt: NOON + 60_000, colour: 1 }));
  kept.keep(await ours.event({ camera: 1, startedAt: NOON + 90_000, colour: 2 }));
  const foreign = await theirs.event({ camera: 0, startedAt: NOON + 60_000, colour: 3 });
  return { ours, theirs, kept, first, second, foreign };
}

/** Every guard as it is when it has been taken out of the wiring: it lets everything pass. */
export const takenOut: Guards = {
  ...Object.fromEntries(Object.keys(guards).map((name) => [name, () => undefined])),
  rowHome() {},
  rowEvent() {},
  rowCamera() {},
  rowSpan() {},
  rowOrder() {},
  rowFacts() {},
  sameEvent() {},
  extendsOlder() {},
  newestRevision() {},
  headerLabel() {},
  async headerHash() {},
  chunkLength() {},
  async chunkHash() {},
  cameraPinned: (deviceKey) => deviceKey ?? scene.ours.device.publicKey,
  manifest: async (jws) => unverifiedPayload(jws, Manifest),
  gap: async (jws) => unverifiedPayload(jws, GapStatement),
  contentKey: async () => newContentKey((count) => new Uint8Array(count)),
  opener: async ({ label }) => ({
    label,
    headerHash: '',
    open: async (_, sealed) => sealed.slice(0, -16),
  }),
};

type Ask = (viewer: Viewer) => Promise<unknown>;
export interface Case {
  readonly promise: string;
  readonly guard: keyof Guards;
  readonly crossed: () => Crossed | Promise<Crossed>;
  readonly ask: Ask;
  /** What the report says, as "what: reason". */
  readonly refused: string;
  readonly kept?: () => Promise<KeptEvents>;
}

const rowsOf = (change: (rows: EventRow[]) => EventRow[]) => () => ({
  page: (page: EventsPage) => ({ ...page, events: change(page.events) }),
});
export const objectOf = ({ objects }: KeptEvent, kind: string): KeptObject => {
  const found = objects.findLast((object) => object.kind === kind);
  assert.ok(found);
  return found;
};
const listAll: Ask = async (viewer) => {
  const { items, gaps } = await viewer.list({}, never);
  const refused = items.find((item) => item.kind === 'refused');
  if (refused?.kind === 'refused') throw refused.refusal;
  return { items, gaps };
};
export const seenSecond = async (viewer: Viewer): Promise<SeenEvent> => {
  const seen = await viewer.event(scene.second.facts.event, undefined, never);
  assert.ok(isSeen(seen));
  return seen;
};
export const pictureOfSecond: Ask = async (viewer) => viewer.thumbnail(await seenSecond(viewer), never);
const clipOfSecond: Ask = async (viewer) => {
  const opening = await viewer.openClip(scene.second.facts.event, undefined, never);
  assert.ok(opening);
  const chunks = [];
  for await (const chunk of opening.clip.read(0, never)) chunks.push(chunk);
  return chunks;
};
export const thumbnails = (change: (honest: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>) => () => ({
  sealed: (honest: Uint8Array<ArrayBuffer>, asked: string) =>
    asked.startsWith('thumbnail') ? change(honest) : honest,
});
/** The server's row of the second event, with another thumbnail manifest. */
const thumbnailManifest = async (
  change: (honest: Manifest) => Promise<string> | string,
): Promise<Crossed> => {
  const manifest = await change(objectOf(scene.second, 'thumbnail').manifest);
  return {
    event: (row) => ({
      ...row,
      objects: row.objects.map((object) => (object.kind === 'thumbnail' ? { ...object, manifest } : object)),
    }),
  };
};
const resigned = (change: (honest: Manifest) => Partial<Manifest>) => () =>
  thumbnailManifest((honest) => signManifest({ ...honest, ...change(honest) }, scene.ours.device.privateKey));

const flipped = (honest: Uint8Array<ArrayBuffer>) => {
  const bytes = honest.slice();
  const last = bytes.length - 20;
  bytes[last] = (bytes[last] ?? 0) ^ 1;
  return bytes;
};

export const cases: readonly Case[] = [
  {
    promise: 'a row of another home in the list',
    guard: 'rowHome',
    crossed: rowsOf((rows) => rows.map((row) => ({ ...row, home: scene.theirs.home }))),
    ask: listAll,
    refused: 'event: row-home',
  },
  {
    promise: 'another event than the one asked for',
    guard: 'rowEvent',
    crossed: () => ({ event: (row) => scene.kept.row(scene.first.facts.event) ?? row }),
    ask: seenSecond,
    refused: 'event: row-event',
  },
  {
    promise: 'rows of another camera under a filter',
    guard: 'rowCamera',
    crossed: () => ({ page: () => scene.kept.page({}, 60) }),
    ask: async (viewer) => {
      const { items } = await viewer.list({ camera: scene.ours.cameras[1]?.camera }, never);
      const refused = items.find((item) => item.kind === 'refused');
      if (refused?.kind === 'refused') throw refused.refusal;
      return items;
    },
    refused: 'event: row-camera',
  },
  {
    promise: 'rows of another day',
    guard: 'rowSpan',
    crossed: () => ({ page: () => scene.kept.page({}, 60) }),
    ask: async (viewer) => {
      const { items } = await viewer.list({ from: NOON + 3_600_000 }, never);
      const [refused] = items;
      if (refused?.kind === 'refused') throw refused.refusal;
      return items;
    },
    refused: 'event: row-span',
  },
  {
    promise: 'rows in another order, or twice',
    guard: 'rowOrder',
    crossed: rowsOf((rows) => rows.toReversed()),
    ask: listAll,
    refused: 'event: row-order',
  },
  {
    promise: 'a row of a camera that the home log does not know',
    guard: 'cameraPinned',
    crossed: rowsOf((rows) => rows.map((row) => ({ ...row, camera: scene.foreign.facts.camera }))),
    ask: listAll,
    refused: 'camera: camera-not-in-home-log',
  },
  {
    promise: "another home's manifest under our row",
    guard: 'manifest',
    crossed: () => thumbnailManifest(() => objectOf(scene.foreign, 'thumbnail').jws),
    ask: seenSecond,
    refused: 'manifest: wrong-signature',
  },
  {
    promise: "our own camera's manifest of another event",
    guard: 'manifest',
    crossed: () => thumbnailManifest(() => objectOf(scene.first, 'thumbnail').jws),
    ask: seenSecond,
    refused: 'manifest: wrong-subject',
  },
  {
    promise: 'a row that tells another number or time than the camera signed',
    guard: 'rowFacts',
    crossed: rowsOf((rows) => rows.map((row) => ({ ...row, sequence: row.sequence + 1 }))),
    ask: listAll,
    refused: 'event: row-facts',
  },
  {
    promise: 'manifests of one event that disagree about its start',
    guard: 'sameEvent',
    crossed: resigned(({ startedAt }) => ({ startedAt: startedAt + 1 })),
    ask: seenSecond,
    refused: 'manifest: manifests-disagree',
  },
  {
    promise: 'an older picture after a newer one was seen',
    guard: 'newestRevision',
    crossed: () => {
      let asked = 0;
      return {
        event: (row) => {
          asked += 1;
          const old = scene.first.objects.find(
            ({ kind, revision }) => kind === 'thumbnail' && revision === 0,
          );
          assert.ok(old);
          const stale = { kind: old.kind, revision: 0, manifest: old.jws, receivedBytes: 1 };
          const rest = row.objects.filter(({ kind }) => kind !== 'thumbnail');
          return asked === 1 ? row : { ...row, objects: [stale, ...rest] };
        },
      };
    },
    ask: async (viewer) => {
      await viewer.event(scene.first.facts.event, undefined, never);
      return viewer.event(scene.first.facts.event, undefined, never);
    },
    refused: 'manifest: stale-revision',
  },
  {
    promise: 'a growing clip of which something is unsaid',
    guard: 'extendsOlder',
    kept: async () => {
      const kept = keptEvents();
      kept.keep(await scene.ours.growing(scene.second, 9));
      return kept;
    },
    crossed: async () => {
      const older = await scene.ours.growing(scene.second, 3);
      const shorter = { ...objectOf(older, 'clip') };
      let asked = 0;
      return {
        event: (row) => ({
          ...row,
          objects: row.objects.map((object) =>
            object.kind === 'clip' && asked++ > 0 ? { ...object, manifest: shorter.jws } : object,
          ),
        }),
      };
    },
    ask: async (viewer) => {
      const opening = await viewer.openClip(scene.second.facts.event, undefined, never);
      assert.ok(opening);
      return viewer.renewClip(opening, never);
    },
    refused: 'manifest: rolled-back',
  },
  {
    promise: "another event's container",
    guard: 'headerLabel',
    crossed: thumbnails(() => objectOf(scene.first, 'thumbnail').container),
    ask: pictureOfSecond,
    refused: 'object: header-label',
  },
  {
    promise: "another home's container",
    guard: 'headerLabel',
    crossed: thumbnails(() => objectOf(scene.foreign, 'thumbnail').container),
    ask: pictureOfSecond,
    refused: 'object: header-label',
  },
  {
    promise: "another home's clip",
    guard: 'headerLabel',
    crossed: () => ({
      sealed: (honest, asked) => (asked === 'clip.0' ? objectOf(scene.foreign, 'clip').container : honest),
    }),
    ask: clipOfSecond,
    refused: 'object: header-label',
  },
  {
    promise: 'a container of the same label that the camera did not sign',
    guard: 'headerHash',
    crossed: thumbnails((honest) => {
      const { manifest } = objectOf(scene.second, 'thumbnail');
      const bytes = honest.slice();
      const commitment = manifest.headerBytes - 1;
      bytes[commitment] = (bytes[commitment] ?? 0) ^ 1;
      return bytes;
    }),
    ask: pictureOfSecond,
    refused: 'object: header-hash',
  },
  {
    promise: 'a frame of another length',
    guard: 'chunkLength',
    crossed: thumbnails((honest) => {
      const { manifest } = objectOf(scene.second, 'thumbnail');
      const bytes = honest.slice();
      new DataView(bytes.buffer).setUint32(manifest.headerBytes, 5);
      return bytes;
    }),
    ask: pictureOfSecond,
    refused: 'object: chunk-length',
  },
  {
    promise: 'a chunk with one bit changed',
    guard: 'chunkHash',
    crossed: thumbnails(flipped),
    ask: pictureOfSecond,
    refused: 'object: chunk-hash',
  },
  {
    promise: 'a chunk in the place of another',
    guard: 'chunkLength',
    crossed: () => ({
      sealed: (honest, asked) => {
        if (asked !== 'clip.0') return honest;
        const { headerBytes, chunks } = objectOf(scene.second, 'clip').manifest;
        const lengths = chunks.map(([length]) => length + 4);
        const at = (index: number) =>
          lengths.slice(0, index).reduce((sum, length) => sum + length, headerBytes);
        const part = (index: number) => honest.slice(at(index), at(index + 1));
        return concat(honest.slice(0, at(1)), part(3), part(2), part(1), honest.slice(at(4)));
      },
    }),
    ask: clipOfSecond,
    refused: 'object: chunk-length',
  },
  {
    promise: "a content key of another event under this one's manifest",
    guard: 'contentKey',
    crossed: resigned(() => ({ sealedKey: objectOf(scene.first, 'thumbnail').manifest.sealedKey })),
    ask: pictureOfSecond,
    refused: 'epoch: damaged',
  },
  {
    promise: 'signed hashes over bytes that the content key did not seal',
    guard: 'opener',
    crossed: async () => {
      const honest = objectOf(scene.second, 'thumbnail');
      const bytes = flipped(honest.container);
      const { headerBytes } = honest.manifest;
      const sealed = bytes.slice(headerBytes + 4);
      const hash = Buffer.from(await crypto.subtle.digest('SHA-256', sealed)).toString('base64url');
      return {
        ...(await thumbnailManifest((manifest) =>
          signManifest({ ...manifest, chunks: [[sealed.length, hash, null]] }, scene.ours.device.privateKey),
        )),
        ...thumbnails(() => bytes)(),
      };
    },
    ask: pictureOfSecond,
    refused: 'object: damaged',
  },
  {
    promise: 'a notice of lost events by another agent',
    guard: 'gap',
    crossed: async () => {
      const theirs = {
        camera: 0,
        fromSequence: 1,
        toSequence: 1,
        from: NOON,
        to: NOON,
        reason: 'disk-full',
      } as const;
      const { statement, gap } = await scene.theirs.gap(theirs);
      const camera = scene.second.facts.camera;
      return { page: (page) => ({ ...page, gaps: [{ gap, camera, statement }] }) };
    },
    ask: listAll,
    refused: 'gap: wrong-signature',
  },
];
