import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CacheError } from './errors.ts';
import { type KeyParts, leaseKeyOf, wireKeys } from './keys.ts';

const misused = (error: unknown) => error instanceof CacheError && error.kind === 'misused';
const shape = (parts: readonly string[], name = 'thing') =>
  wireKeys<KeyParts>({ namespace: 'n', name, parts });

test('no two questions have one key, however their texts are cut', () => {
  const texts = ['a', 'b', 'ab', '1:a', '1', ':', '1:a1:b', '2:ab', 'a1:b', 'é', '🚪'];
  const seen = new Map<string, string>();
  const wireOf = shape(['x', 'y']);
  const single = shape(['x']);
  const other = shape(['y', 'x']);
  const note = (wire: string, question: string) => {
    assert.equal(seen.get(wire), undefined, `${question} has the key of ${seen.get(wire)}`);
    seen.set(wire, question);
  };
  for (const scope of texts)
    for (const x of texts) {
      note(single(scope, { x }), `x ${scope}|${x}`);
      for (const y of texts) {
        note(wireOf(scope, { x, y }), `xy ${scope}|${x}|${y}`);
        note(other(scope, { x, y }), `yx ${scope}|${x}|${y}`);
      }
    }
  assert.equal(seen.size, texts.length ** 2 + 2 * texts.length ** 3);
});

test('a lease has the key of no value', () => {
  assert.notEqual(leaseKeyOf('v'), 'v');
  assert.ok(shape(['x'])('s', { x: 'y' }).startsWith('1:v'));
  assert.ok(!leaseKeyOf('1:v').startsWith('1:v'));
});

test('a part that is missing, too much, empty or too long is refused', () => {
  const wireOf = shape(['x']);
  assert.throws(() => wireOf('s', {}), misused);
  assert.throws(() => wireOf('s', { x: 'y', z: 'y' }), misused);
  assert.throws(() => wireOf('s', { x: '' }), misused);
  assert.throws(() => wireOf('', { x: 'y' }), misused);
  assert.throws(() => wireOf('s', { x: 'y'.repeat(513) }), misused);
  const long = ['a', 'b', 'c', 'd', 'e'];
  assert.throws(
    () => shape(long)('s', Object.fromEntries(long.map((name) => [name, 'y'.repeat(512)]))),
    misused,
  );
});

test('what is no text is refused, whatever the types were told', () => {
  const given: { x: string } = JSON.parse('{"x": 7}');
  assert.throws(() => shape(['x'])('s', given), misused);
});

test('half a character is refused: all halves would be one on the wire', () => {
  assert.throws(() => shape(['x'])('s', { x: '\ud83d' }), misused);
  assert.throws(() => shape(['x'])('\ud83d', { x: 'y' }), misused);
});

test('a part cannot stand twice in a shape, and its name has no comma', () => {
  assert.throws(() => shape(['x', 'x']), misused);
  assert.throws(() => shape(['x,y']), misused);
  assert.throws(() => shape(['x'], ''), misused);
});
