import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RECORDER_PARAMETERS } from './parameters.ts';
import { createThumbnailChoice } from './thumbnails.ts';

const picture = (byte: number) => Uint8Array.of(byte);

test('an event whose motion has no score left has a thumbnail all the same', () => {
  const choice = createThumbnailChoice(RECORDER_PARAMETERS);
  assert.equal(choice.wants(0), true);
  choice.offer({ jpeg: picture(1), score: 0 });
  assert.deepEqual(choice.first()?.jpeg, picture(1));
});

test('the frame with most motion is chosen, and replaced at the end only by one with clearly more', () => {
  const choice = createThumbnailChoice(RECORDER_PARAMETERS);
  choice.offer({ jpeg: picture(1), score: 0.1 });
  choice.offer({ jpeg: picture(2), score: 0.2 });
  choice.offer({ jpeg: picture(3), score: 0.15 });
  assert.deepEqual(choice.first()?.jpeg, picture(2));
  assert.equal(choice.first(), null);
  assert.equal(choice.wants(0.25), false);
  assert.equal(choice.last(), null);
  assert.equal(choice.wants(0.4), true);
  choice.offer({ jpeg: picture(4), score: 0.4 });
  assert.deepEqual(choice.last()?.jpeg, picture(4));
});
