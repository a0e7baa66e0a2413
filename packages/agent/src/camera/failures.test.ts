import assert from 'node:assert/strict';
import { it } from 'node:test';
import { AVERROR_HTTP_FORBIDDEN, AVERROR_HTTP_NOT_FOUND, AVERROR_HTTP_UNAUTHORIZED } from 'node-av/constants';
import { openingReason } from './failures.ts';

it('names the reason for which a camera could not be opened', () => {
  assert.equal(openingReason(AVERROR_HTTP_UNAUTHORIZED), 'password-refused');
  assert.equal(openingReason(AVERROR_HTTP_FORBIDDEN), 'password-refused');
  assert.equal(openingReason(AVERROR_HTTP_NOT_FOUND), 'not-found');
  assert.equal(openingReason(-111), 'unreachable');
});
