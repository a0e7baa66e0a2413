import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routes } from '@nightlatch/protocol/routes';
import { read, trackedFiles } from './files.ts';

const handlers = trackedFiles()
  .filter((file) => file.startsWith('packages/server/src/http/routes/') && !file.endsWith('.test.ts'))
  .map((file) => ({
    file,
    names: [...read(file).matchAll(/\bhandle\w*: Handler<'([^']+)'>/g)].map(([, name]) => name),
  }));

test('one route, one file: every route of the contract has one handler, alone in its file', () => {
  const handled = handlers.flatMap(({ names }) => names).sort();
  assert.deepEqual(handled, Object.keys(routes).sort());
  assert.deepEqual(
    handlers.filter(({ names }) => names.length > 1),
    [],
  );
});

test('every route is held against every stranger: the test is made from the table, and leaves out none', () => {
  const strangers = trackedFiles().filter((file) => /^packages\/server\/tests\/.*stranger.*\.ts$/.test(file));
  assert.notEqual(strangers.length, 0, 'there is no test of strangers');
  const text = strangers.map(read).join('\n');
  assert.match(
    text,
    /from '@nightlatch\/protocol\/routes'/,
    'the test of strangers is not made from the route table',
  );
  assert.match(
    text,
    /(Object\.(keys|entries)\(routes\)|Record<RouteName)/,
    'it does not go over the whole table',
  );
});

test('paths are in the contract once, and begin with /api', () => {
  const rows = Object.values(routes).map((route) => `${route.method} ${route.path}`);
  assert.deepEqual(
    rows.filter((row, at) => rows.indexOf(row) !== at),
    [],
  );
  assert.deepEqual(
    rows.filter((row) => !/^\w+ \/api($|\/)/.test(row)),
    [],
  );
});
