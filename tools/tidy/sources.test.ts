import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { productSources, read, sources } from './files.ts';

const LINES_MAX = 400;

test('no source file is longer than 400 lines: a long file is two ideas', () => {
  const long = sources()
    .map((file) => ({ file, lines: read(file).split('\n').length - 1 }))
    .filter(({ lines }) => lines > LINES_MAX);
  assert.deepEqual(long, []);
});

test('no file or folder is named after nothing: utils, helpers, misc, common', () => {
  const empty = /(^|\/)(utils?|helpers?|misc|common|stuff)(\.[a-z.]+)?(\/|$)/;
  assert.deepEqual(
    sources().filter((file) => empty.test(file)),
    [],
  );
});

test('no file re-exports a folder: whoever imports names the file', () => {
  const barrels = sources().filter((file) => {
    const statements = read(file)
      .split('\n')
      .filter((line) => line.trim() !== '' && !/^\s*(\/\/|\/?\*)/.test(line));
    return (
      /^index\.tsx?$/.test(path.basename(file)) ||
      statements.some((line) => /^export \* from/.test(line)) ||
      (statements.length > 0 && statements.every((line) => /^export (type )?\{.*\} from/.test(line)))
    );
  });
  assert.deepEqual(barrels, []);
});

test('exports have names', () => {
  // Vite and the reporters of node:test are found by their default export.
  const found = /\.config\.ts$|^packages\/vault\/tests\/guards\/collected-tests\.ts$/;
  const unnamed = sources().filter((file) => !found.test(file) && /^export default /m.test(read(file)));
  assert.deepEqual(unnamed, []);
});

test('no `any`, and no suppression of the type checker', () => {
  const loose = sources().filter((file) =>
    /@ts-(ignore|nocheck|expect-error)|\bas any\b|: any\b/.test(code(file)),
  );
  assert.deepEqual(loose, []);
});

test('nothing is put off: no note of work to do in the sources', () => {
  // Written in two parts, so that this file is none of them.
  const note = new RegExp(
    `\\b(${['TO', 'FIX', 'X'].map((start, at) => start + ['DO', 'ME', 'XX'][at]).join('|')})\\b`,
  );
  assert.deepEqual(
    sources().filter((file) => note.test(read(file))),
    [],
  );
});

test('every test is run: none is passed over, put off or run alone', () => {
  const limited = /\b(test|it|describe|suite)\.(only|skip|todo)\b|\b(skip|only|todo): (true|['"])/;
  assert.deepEqual(
    sources().filter((file) => file.endsWith('.test.ts') && limited.test(code(file))),
    [],
  );
});

test('the product reads no setting that takes a lock away', () => {
  const locks = '(GATE|EGRESS|LEDGER|LOCKS?|RLS|VERIFY|VERIFICATION|ENCRYPT(ION)?|ECHO|NONCE|ORIGIN_CHECK)';
  const off = '(OFF|DISABLED?|SKIP|NO|WITHOUT|INSECURE|UNSAFE|BYPASS)';
  const setting = new RegExp(`\\b(${off}_(\\w+_)?${locks}|${locks}_(\\w+_)?${off})\\b`);
  const reads = productSources().filter((file) => setting.test(code(file)));
  assert.deepEqual(reads, []);
  const flags = /--(no|without|disable|skip)-(gate|egress|ledger|locks?|rls|verif|encrypt|echo)/;
  assert.deepEqual(
    productSources().filter((file) => !file.startsWith('packages/storm/') && flags.test(code(file))),
    [],
  );
});

/** A source without its comments and this folder's own patterns. */
function code(file: string): string {
  if (file.startsWith('tools/tidy/')) return '';
  return read(file)
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/^\s*\/\/.*$/gm, '');
}
