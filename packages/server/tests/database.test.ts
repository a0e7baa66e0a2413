import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { NO_SCOPE } from '../src/sql/scope.ts';
import { statement } from '../src/sql/statement.ts';
import { newDatabase } from './support/database.ts';

const numbers = statement({
  name: 'numbers',
  text: 'select number::int as number from generate_series(1, $1::int) as number',
  order: 'number desc',
  row: z.object({ number: z.number() }),
});

test('a statement answers rows in its order, and a miss is no rows', async () => {
  const database = await newDatabase();
  assert.deepEqual(await database.ask(NO_SCOPE, numbers, [3]), [{ number: 3 }, { number: 2 }, { number: 1 }]);
  assert.deepEqual(await database.ask(NO_SCOPE, numbers, [0]), []);
});
