import assert from 'node:assert/strict';
import test from 'node:test';
import type { Manifest } from '@nightlatch/protocol/manifest';
import { contentKey, label, otherEvent, ramp, startedAt } from '../tests/making/fixed.ts';
import { createSealer, type ObjectLabel } from './container.ts';
import { type Bytes, concat, systemRandom, utf8 } from './encoding.ts';
import { labelOf, openChunk, openerOf, openWhole } from './object.ts';

async function recorded(of: ObjectLabel, texts: string[]) {
  const sealer = await createSealer({ label: of, contentKey, random: systemRandom });
  const chunks = [];
  for (const [index, text] of texts.entries()) {
    chunks.push(await sealer.seal(utf8(text), { final: index === texts.length - 1 }));
  }
  const manifest: Manifest = {
    ...of,
    sequence: 1,
    previous: null,
    startedAt,
    endedAt: null,
    state: 'complete',
    sealedKey: '',
    headerHash: sealer.headerHash,
    headerBytes: sealer.header.length,
    chunks: chunks.map(({ sealed, hash }) => [sealed.length, hash, null]),
  };
  return { manifest, header: sealer.header, frames: chunks.map(({ frame }) => frame) };
}

const mine = await recorded(label, ['a ', 'front ', 'door']);
const container = concat(mine.header, ...mine.frames);
const frameAt = (index: number, of = mine): Bytes => of.frames[index] ?? new Uint8Array(0);
const damaged = { name: 'VaultError', reason: 'damaged' };

test('a whole object opens to what was recorded', async () => {
  assert.deepEqual(labelOf(mine.manifest), label);
  assert.deepEqual(await openWhole(mine.manifest, container, contentKey), utf8('a front door'));
});

test('an object cut off anywhere is refused, at a chunk or within one', async () => {
  for (let length = 0; length < container.length; length++) {
    const cut = openWhole(mine.manifest, container.subarray(0, length), contentKey);
    await assert.rejects(cut, { reason: 'truncated' }, `${length} bytes`);
  }
});

test('an object whose chunks are exchanged, doubled or followed by more is refused', async () => {
  const [first, second, last] = [frameAt(0), frameAt(1), frameAt(2)];
  for (const frames of [
    [second, first, last],
    [first, first, last],
    [first, second, last, last],
    [first, second, last, Uint8Array.of(0)],
  ]) {
    await assert.rejects(openWhole(mine.manifest, concat(mine.header, ...frames), contentKey), damaged);
  }
});

test('a chunk spliced in from another container is refused, of one label and key as well', async () => {
  const twin = await recorded(label, ['a ', 'front ', 'door']);
  const spliced = concat(mine.header, frameAt(0), frameAt(1, twin), frameAt(2));
  await assert.rejects(openWhole(mine.manifest, spliced, contentKey), damaged);
});

test('another container under the same label and key is refused: it is not the one that was signed', async () => {
  const twin = await recorded(label, ['a ', 'front ', 'door']);
  await assert.rejects(openerOf(mine.manifest, twin.header, contentKey), damaged);
  await assert.rejects(openWhole(mine.manifest, concat(twin.header, ...twin.frames), contentKey), damaged);
});

test('a container of another event is refused under this manifest', async () => {
  const other = await recorded({ ...label, event: otherEvent }, ['another ', 'front ', 'door']);
  const crossed = openWhole(mine.manifest, concat(other.header, ...other.frames), contentKey);
  await assert.rejects(crossed, { reason: 'wrong-subject' });
});

test('another key is refused', async () => {
  await assert.rejects(openWhole(mine.manifest, container, ramp(0x31, 32)), { reason: 'wrong-key' });
});

test('a manifest of fewer chunks than were sealed does not pass for the whole', async () => {
  const chunks = mine.manifest.chunks.slice(0, 2);
  const shorter = concat(mine.header, frameAt(0), frameAt(1));
  await assert.rejects(openWhole({ ...mine.manifest, chunks }, shorter, contentKey), damaged);
});

test('an object that still grows is opened chunk by chunk, and never as a whole', async () => {
  const growing: Manifest = { ...mine.manifest, state: 'growing', chunks: mine.manifest.chunks.slice(0, 2) };
  await assert.rejects(openWhole(growing, container, contentKey), { reason: 'truncated' });
  const opener = await openerOf(growing, mine.header, contentKey);
  assert.deepEqual(await openChunk(opener, growing, 1, frameAt(1).subarray(4)), utf8('front '));
  await assert.rejects(openChunk(opener, growing, 2, frameAt(2).subarray(4)), { reason: 'truncated' });
});

test('a chunk is compared with the manifest even where its tag is good', async () => {
  const opener = await openerOf(mine.manifest, mine.header, contentKey);
  const [first] = mine.manifest.chunks;
  assert.ok(first);
  const other: Manifest = { ...mine.manifest, chunks: [[first[0], 'A'.repeat(43), null]] };
  await assert.rejects(openChunk(opener, other, 0, frameAt(0).subarray(4)), damaged);
});
