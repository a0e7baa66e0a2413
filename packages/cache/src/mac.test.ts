import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { CacheError } from './errors.ts';
import { macsOf, sameMac } from './mac.ts';

const misused = (error: unknown) => error instanceof CacheError && error.kind === 'misused';
const secret = (byteCount: number, seed = 1) =>
  Uint8Array.from({ length: byteCount }, (_, at) => (at * 7 + seed) % 256);

test('it is HMAC-SHA-256, for every length of secret and text', () => {
  for (const secretBytes of [32, 63, 64, 65, 200]) {
    const key = secret(secretBytes);
    const { sign } = macsOf({ current: { id: 'k', secret: key } });
    for (const length of [0, 1, 55, 56, 63, 64, 65, 4096, 20_000, 3])
      for (const text of ['x'.repeat(length), 'é🚪'.repeat(length)])
        assert.equal(sign(text), createHmac('sha256', key).update(text).digest('base64url'));
  }
});

test('each key of the ring verifies under its id, and one signs', () => {
  const [one, two] = [
    { id: 'one', secret: secret(32, 1) },
    { id: 'two', secret: secret(32, 2) },
  ] as const;
  const macs = macsOf({ current: two, others: [one] });
  assert.equal(macs.currentId, 'two');
  assert.equal(macs.sign('text'), macs.of('two')?.('text'));
  assert.notEqual(macs.sign('text'), macs.of('one')?.('text'));
  assert.equal(macs.of('three'), undefined);
});

test('a short secret, an id that is none and an id that stands twice are refused', () => {
  assert.throws(() => macsOf({ current: { id: 'k', secret: secret(31) } }), misused);
  for (const id of ['', 'K', 'a b', 'x'.repeat(17)])
    assert.throws(() => macsOf({ current: { id, secret: secret(32) } }), misused);
  const key = { id: 'k', secret: secret(32) };
  assert.throws(() => macsOf({ current: key, others: [key] }), misused);
});

test('two MACs are the same or not', () => {
  assert.ok(sameMac('abc', 'abc'));
  for (const other of ['abd', 'bbc', 'ab', 'abcd', '']) assert.ok(!sameMac('abc', other));
});
