import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Contents, macIn, open, PLACES, seal } from './envelope.ts';
import { macsOf } from './mac.ts';

const key = (id: string, fill: number) => ({ id, secret: new Uint8Array(32).fill(fill) });
const macs = macsOf({ current: key('k1', 1) });
const contents: Contents = {
  kind: 'value',
  version: 7,
  staleAt: 1_000,
  notAfter: 2_000,
  text: '{"a":"é 🚪"}',
};
const bounds = { now: 500, aheadMillisecondsMax: 10_000 };

test('what was sealed for a key opens for it, whole', () => {
  const envelope = seal(macs, 'wire', contents);
  assert.deepEqual(open(macs, 'wire', envelope, bounds), { ...contents, mac: macIn(envelope) });
});

test('it opens for no other key', () => {
  assert.equal(open(macs, 'wirf', seal(macs, 'wire', contents), bounds), 'doubtful');
});

test('no character of it can be another', () => {
  const envelope = seal(macs, 'wire', contents);
  for (let at = 0; at < envelope.length; at++) {
    const other = envelope[at] === '1' ? '2' : '1';
    const changed = envelope.slice(0, at) + other + envelope.slice(at + 1);
    assert.equal(typeof open(macs, 'wire', changed, bounds), 'string', `character ${at} was changed`);
  }
});

test('the border between key and contents cannot be moved', () => {
  const envelope = seal(macs, 'wire', contents);
  assert.equal(open(macs, 'wir', envelope, bounds), 'doubtful');
  assert.equal(open(macs, 'wire0', envelope, bounds), 'doubtful');
  // A digit moves from the key to the contents, the kind to the id of the key, and nothing that is covered changes.
  const other = seal(macs, 'wire0', contents);
  const ring = macsOf({ current: key('k1', 1), others: [key('vk1', 1)] });
  const moved = `N1${macIn(other)}0${other.slice(45)}`;
  assert.equal(open(ring, 'wire', moved, { now: 0, aheadMillisecondsMax: 1e15 }), 'doubtful');
});

test('what is cut off, or no envelope, is doubtful', () => {
  const envelope = seal(macs, 'wire', contents);
  for (const length of [0, 1, 10, 60, 92, envelope.length - 1])
    assert.equal(typeof open(macs, 'wire', envelope.slice(0, length), bounds), 'string');
  assert.equal(open(macs, 'wire', 'hello', bounds), 'doubtful');
});

test('after its time it is nothing, and before it not either where a clock is wrong', () => {
  const envelope = seal(macs, 'wire', contents);
  assert.equal(open(macs, 'wire', envelope, { ...bounds, now: 2_000 }), 'expired');
  assert.equal(open(macs, 'wire', envelope, { now: 500, aheadMillisecondsMax: 1_499 }), 'clock');
});

test('keys rotate: the next one is verified before it signs, the last one while its envelopes live', () => {
  const [one, two] = [key('k1', 1), key('k2', 2)];
  const before = macsOf({ current: one, others: [two] });
  const after = macsOf({ current: two, others: [one] });
  assert.equal(typeof open(before, 'wire', seal(after, 'wire', contents), bounds), 'object');
  assert.equal(typeof open(after, 'wire', seal(before, 'wire', contents), bounds), 'object');
  assert.equal(
    open(macsOf({ current: two }), 'wire', seal(before, 'wire', contents), bounds),
    'foreign-format',
  );
});

test('another format is not opened, and nothing is wrong with it', () => {
  assert.equal(open(macs, 'wire', `N2${seal(macs, 'wire', contents).slice(2)}`, bounds), 'foreign-format');
});

test('scripts find MAC and version where they look', () => {
  const envelope = seal(macs, 'wire', { ...contents, version: Number.MAX_SAFE_INTEGER });
  assert.equal(envelope.slice(PLACES.mac[0] - 1, PLACES.mac[1]), macIn(envelope));
  assert.equal(Number(envelope.slice(PLACES.version[0] - 1, PLACES.version[1])), Number.MAX_SAFE_INTEGER);
});
