import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KEY_STRETCHING } from './stretching.ts';

test('a passphrase is stretched at the cost that was decided on: other figures open no account', () => {
  assert.deepEqual(KEY_STRETCHING, {
    'argon2id-custom': { iterations: 3, memory: 131_072, parallelism: 1 },
  });
});
