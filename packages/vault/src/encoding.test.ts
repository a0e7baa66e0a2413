import assert from 'node:assert/strict';
import test from 'node:test';
import {
  drawn,
  fixedBytes,
  fromBase64Url,
  hashText,
  lengthPrefixed,
  sameBytes,
  toBase64Url,
  utf8,
} from './encoding.ts';

const malformed = { name: 'VaultError', reason: 'malformed' };

test('base64url gives back any bytes, as Node writes them', () => {
  for (let length = 0; length < 70; length++) {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 37 + length) & 0xff);
    assert.equal(toBase64Url(bytes), Buffer.from(bytes).toString('base64url'));
    assert.deepEqual(fromBase64Url(toBase64Url(bytes)), bytes);
  }
  const long = new Uint8Array(100_000).fill(0xfb);
  assert.deepEqual(fromBase64Url(toBase64Url(long)), long);
});

test('there is one base64url text for any bytes: padding, stray bits and other alphabets are refused', () => {
  for (const text of ['AA==', 'AB', 'AAB', 'A', 'AA+A', 'AA/A', 'AA A', 'AA\n', 'ÄÄ']) {
    assert.throws(() => fromBase64Url(text), malformed, text);
  }
});

test('bytes of another length than promised are refused', () => {
  assert.throws(() => fixedBytes('AAAA', 32, 'A key'), { ...malformed, message: /3 bytes, not 32/ });
});

test('two lists of parts never give the same bytes', () => {
  const lists = [['ab', 'c'], ['a', 'bc'], ['abc'], ['abc', ''], ['', 'abc'], [], [''], ['', '']];
  const written = lists.map((parts) => toBase64Url(lengthPrefixed(...parts)));
  assert.equal(new Set(written).size, lists.length);
  assert.deepEqual([...lengthPrefixed('é', Uint8Array.of(7))], [0, 0, 0, 2, 0xc3, 0xa9, 0, 0, 0, 1, 7]);
});

test('the hash of a text is the SHA-256 of its UTF-8', async () => {
  assert.equal(await hashText('abc'), 'ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
});

test('a source of randomness that gives fewer bytes than asked for stops the operation', () => {
  assert.throws(() => drawn(() => new Uint8Array(31), 32), /asked for 32/);
});

test('bytes are the same only in full', () => {
  assert.ok(sameBytes(utf8('abc'), utf8('abc')));
  assert.ok(!sameBytes(utf8('abc'), utf8('abd')));
  assert.ok(!sameBytes(utf8('abc'), utf8('ab')));
  assert.ok(!sameBytes(utf8('ab'), utf8('abc')));
});
