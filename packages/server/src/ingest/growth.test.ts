import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Manifest } from '@nightlatch/protocol/manifest';
import { compareManifests } from './growth.ts';

const id = '0'.repeat(26);
const chunk = (letter: string): Manifest['chunks'][number] => [100, letter.repeat(43), null];
const [a, b, c] = [chunk('a'), chunk('b'), chunk('c')];
const manifest = (given: Partial<Manifest>): Manifest => ({
  ...Manifest.parse({
    ...{ home: `home_${id}`, camera: `cam_${id}`, event: `evt_${id}`, kind: 'clip', revision: 0, epoch: 1 },
    ...{ sequence: 1, previous: null, startedAt: 1000, endedAt: null, state: 'growing' },
    ...{ sealedKey: 'A'.repeat(107), headerHash: 'A'.repeat(43), headerBytes: 180, chunks: [] },
  }),
  ...given,
});
const growing = (...chunks: Manifest['chunks']) => manifest({ chunks });
const ended = (state: 'complete' | 'interrupted', ...chunks: Manifest['chunks']) =>
  manifest({ state, endedAt: 2000, chunks });

test('a growing manifest may get more chunks, and end', () => {
  assert.equal(compareManifests(growing(a), growing(a, b)), 'renews');
  assert.equal(compareManifests(growing(a), ended('complete', a, b)), 'renews');
  assert.equal(compareManifests(growing(a, b), ended('interrupted', a, b)), 'renews');
});

test('the same again, or one that was overtaken, is known', () => {
  assert.equal(compareManifests(growing(a, b), growing(a)), 'known');
  assert.equal(compareManifests(growing(a), growing(a)), 'known');
  assert.equal(compareManifests(ended('complete', a, b), growing(a)), 'known');
  assert.equal(compareManifests(ended('complete', a), ended('complete', a)), 'known');
});

test('chunks that differ, that go away, or that come after the end contradict', () => {
  assert.equal(compareManifests(growing(a, b), growing(a, c)), 'contradicts');
  assert.equal(compareManifests(growing(a, b), ended('complete', a)), 'contradicts');
  assert.equal(compareManifests(ended('complete', a), growing(a, b)), 'contradicts');
  assert.equal(compareManifests(ended('complete', a), ended('complete', a, b)), 'contradicts');
  assert.equal(compareManifests(ended('complete', a), ended('interrupted', a)), 'contradicts');
  assert.equal(compareManifests(growing(a), growing([100, 'a'.repeat(43), 5])), 'contradicts');
});

test('what a manifest says once and for all cannot change', () => {
  const stored = growing(a);
  const changes: Partial<Manifest>[] = [
    ...[{ epoch: 2 }, { sequence: 2 }, { startedAt: 5 }, { headerBytes: 181 }, { revision: 1 }],
    ...[{ headerHash: 'B'.repeat(43) }, { sealedKey: 'B'.repeat(107) }, { previous: 'B'.repeat(43) }],
  ];
  for (const change of changes)
    assert.equal(compareManifests(stored, { ...stored, ...change }), 'contradicts', JSON.stringify(change));
  assert.equal(
    compareManifests(ended('complete', a), { ...ended('complete', a), endedAt: 3000 }),
    'contradicts',
  );
});
