import assert from 'node:assert/strict';
import test from 'node:test';
import { createColourCamera } from '../../tests/support/live-clip.ts';
import { trackOf, typeWithoutSound, withoutSound } from './sound-track.ts';

test('an init segment loses its sound and nothing else, and keeps whole boxes', () => {
  const { init } = createColourCamera(true);
  const { segment, tracks } = withoutSound(init);
  assert.deepEqual([...tracks], [2]);
  const text = new TextDecoder('latin1').decode(segment);
  assert.deepEqual(
    [text.split('trak').length, text.split('trex').length, text.includes('soun')],
    [2, 2, false],
  );
  assert.ok(text.includes('vide') && text.includes('avc1'));
  const again = withoutSound(segment);
  assert.deepEqual([...again.segment], [...segment]);
  assert.equal(again.tracks.size, 0);
});

test('one without sound stays as it is', () => {
  const { init } = createColourCamera();
  assert.deepEqual([...withoutSound(init).segment], [...init]);
});

test('each fragment says which track it is of', () => {
  const camera = createColourCamera(true);
  const tracks = camera.next().fragments.map(trackOf);
  assert.deepEqual([tracks[0], tracks[1]], [1, 2]);
  assert.equal(trackOf(new Uint8Array([0, 0, 0, 9, 1])), null);
  assert.equal(trackOf(camera.init), null);
});

test('a media type loses its codec of sound', () => {
  assert.equal(
    typeWithoutSound('video/mp4; codecs="avc1.42c00d,mp4a.40.2"'),
    'video/mp4; codecs="avc1.42c00d"',
  );
  assert.equal(typeWithoutSound('video/mp4; codecs="avc1.640028"'), 'video/mp4; codecs="avc1.640028"');
});
