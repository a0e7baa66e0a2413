import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bitsOf, strengthOf } from './strength.ts';

test('a passphrase under twelve characters is not taken, and says how many are missing', () => {
  assert.deepEqual(strengthOf('short'), { level: 0, words: '7 more characters' });
  assert.deepEqual(strengthOf('elevenchars'), { level: 0, words: 'One more character' });
});

test('characters are counted as people see them', () => {
  assert.equal(strengthOf('🔑'.repeat(11)).level, 0);
});

test('length alone does not make a passphrase good', () => {
  for (const easy of [
    'passwordpassword',
    'aaaaaaaaaaaaaaaa',
    '123456789012',
    'abcdefghijklmnop',
    'password1234',
  ])
    assert.equal(strengthOf(easy).level, 1, easy);
});

test('words that have nothing to do with each other make it good, and one more makes it better', () => {
  assert.equal(strengthOf('slow harbour violet').level, 2);
  assert.equal(strengthOf('slow harbour violet teacup').level, 3);
  assert.equal(strengthOf('slow harbour violet teacup marble').level, 4);
});

test('letters drawn at random count for more than a word', () => {
  assert.ok(bitsOf('xkqvbnwpzfjt') > bitsOf('extravaganza'));
});

test('what a guesser knows already counts next to nothing', () => {
  assert.ok(bitsOf('anna example harbour', 'anna@example.org') < bitsOf('anna example harbour'));
});
