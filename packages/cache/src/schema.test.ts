import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { CacheError } from './errors.ts';
import { decode, encode } from './schema.ts';

const bad = (error: unknown) => error instanceof CacheError && error.kind === 'bad-value';
const anything = { parse: (input: unknown) => input };

test('a schema may be anything with parse, or a Standard Schema', () => {
  const Camera = z.object({ name: z.string() });
  assert.deepEqual(decode(Camera, '{"name":"a"}'), { name: 'a' });
  const standard = { '~standard': Camera['~standard'] };
  assert.deepEqual(decode(standard, '{"name":"a"}'), { name: 'a' });
  for (const schema of [Camera, standard]) assert.throws(() => decode(schema, '{"name":1}'), bad);
  assert.throws(() => decode(Camera, '{'), bad);
});

test('a schema that answers later is refused', () => {
  const slow = { '~standard': { validate: async (value: unknown) => ({ value }) } };
  assert.throws(
    () => decode(slow, '1'),
    (error) => error instanceof CacheError && error.kind === 'misused',
  );
});

test('whoever gets a value cannot change it for the others', () => {
  const value = decode(z.object({ list: z.array(z.object({ a: z.number() })) }), '{"list":[{"a":1}]}');
  assert.ok(Object.isFrozen(value) && Object.isFrozen(value.list) && Object.isFrozen(value.list[0]));
});

test('what freezing does not reach is refused', () => {
  for (const made of [new Date(), new Map(), () => 1, 1n, Symbol('a'), { deep: [new Set()] }])
    assert.throws(() => decode({ parse: () => made }, 'null'), bad);
  assert.deepEqual(decode(anything, '[1,"a",null,true,{"b":{}}]'), [1, 'a', null, true, { b: {} }]);
});

test('what has no JSON is refused', () => {
  for (const made of [undefined, () => 1, 1n, { a: 1n }]) assert.throws(() => encode(made), bad);
});
