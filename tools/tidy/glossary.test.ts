import assert from 'node:assert/strict';
import { test } from 'node:test';
import { read, trackedFiles } from './files.ts';
import { tablesOf } from './migration-text.ts';

const terms = [...read('docs/glossary.md').matchAll(/^\| \*\*([^|]+?)\*\* +\|/gm)].flatMap(([, words = '']) =>
  words.toLowerCase().split(', '),
);

/** A word stands there as it is, or in the singular. */
const isThere = (word: string): boolean => {
  const forms = [word, word.replace(/ies$/, 'y'), word.replace(/s$/, ''), word.replace(/(ch|s|x)es$/, '$1')];
  return forms.some((form) => terms.includes(form.toLowerCase()));
};

test('a noun stands in the glossary once', () => {
  assert.deepEqual(
    terms.filter((term, at) => terms.indexOf(term) !== at),
    [],
  );
});

test('every package, and every folder of the agent, the server and the vault, is a noun of the glossary', () => {
  const folders = new Set<string>();
  for (const file of trackedFiles()) {
    const [, name, folder] = /^packages\/([^/]+)\/(?:src\/([^/]+)\/)?/.exec(file) ?? [];
    if (name !== undefined) folders.add(name);
    if (folder !== undefined && ['agent', 'server'].includes(name ?? '')) folders.add(folder);
  }
  const plumbing = new Set(['http', 'sql', 'web', 'settings']);
  assert.deepEqual(
    [...folders].filter((folder) => !plumbing.has(folder) && !isThere(folder)),
    [],
  );
});

test('every prefix of an id is in the glossary', () => {
  const prefixes = [...read('packages/protocol/src/ids.ts').matchAll(/idOf\('([a-z]+)'\)/g)].map(
    ([, prefix]) => prefix,
  );
  assert.notEqual(prefixes.length, 0);
  const glossary = read('docs/glossary.md');
  assert.deepEqual(
    prefixes.filter((prefix) => !glossary.includes(`\`${prefix}_\``)),
    [],
  );
});

test('every table of the database is a noun of the glossary', () => {
  const sql = trackedFiles().filter((file) => /^packages\/server\/migrations\/.*\.sql$/.test(file));
  const tables = new Set(tablesOf(sql.map(read).join('\n')).map(({ table }) => table.replaceAll('_', ' ')));
  assert.deepEqual(
    [...tables].filter((table) => !isThere(table)),
    [],
  );
});
