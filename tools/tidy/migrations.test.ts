import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { read, trackedFiles } from './files.ts';
import { tablesOf } from './migration-text.ts';

const migrations = trackedFiles().filter((file) => /^packages\/server\/migrations\/.*\.sql$/.test(file));

test('migrations are numbered from 0001 without holes, and named', () => {
  assert.notEqual(migrations.length, 0);
  migrations.sort().forEach((file, at) => {
    assert.match(path.basename(file), /^\d{4}-[a-z][a-z0-9-]*\.sql$/);
    assert.equal(Number(path.basename(file).slice(0, 4)), at + 1, file);
  });
});

test('SQL is written in lower case', () => {
  const shouting = migrations.filter((file) =>
    /\b(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|TABLE|WHERE)\b/.test(
      read(file).replaceAll(/--.*$|'(?:[^']|'')*'/gm, ''),
    ),
  );
  assert.deepEqual(shouting, []);
});

test('every table and every column says what it is for', () => {
  const all = migrations.map(read).join('\n');
  const silent = tablesOf(all).flatMap(({ table, columns }) => [
    ...(all.includes(`comment on table ${table} is`) ? [] : [table]),
    ...columns
      .filter((column) => !all.includes(`comment on column ${table}.${column} is`))
      .map((column) => `${table}.${column}`),
  ]);
  assert.deepEqual(silent, []);
});

test('every table of a home forces row-level security', () => {
  const all = migrations.map(read).join('\n');
  const open = tablesOf(all)
    .filter(({ columns }) => columns.includes('home_id'))
    .filter(({ table }) => !new RegExp(`alter table ${table}\\b[^;]*\\bforce row level security`).test(all))
    .map(({ table }) => table);
  assert.deepEqual(open, []);
});
