import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { FREE_BYTES_MIN, isNewer, openDataDirectory } from './data-directory.ts';

const ROOM = async () => FREE_BYTES_MIN;

async function place(t: TestContext): Promise<string> {
  const parent = await mkdtemp(path.join(tmpdir(), 'nightlatch-data-'));
  t.after(() => rm(parent, { recursive: true }));
  return path.join(parent, 'data');
}
const open = (directory: string, version = '0.1.0', freeBytes = ROOM) =>
  openDataDirectory({ directory, version, freeBytes });

/** Every file and what is in it, to see that nothing was changed. */
async function picture(directory: string): Promise<Record<string, string>> {
  const files = (await readdir(directory, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  );
  const read = files.map(async ({ parentPath, name }) => {
    const file = path.join(parentPath, name);
    return [path.relative(directory, file), await readFile(file, 'latin1')] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}

test('a new directory is made for its user alone, and opened again', async (t) => {
  const directory = await place(t);
  (await open(directory))[Symbol.dispose]();
  assert.equal((await stat(directory)).mode & 0o777, 0o700);
  (await open(directory))[Symbol.dispose]();
  assert.deepEqual(JSON.parse(await readFile(path.join(directory, 'nightlatch.json'), 'utf8')), {
    format: 1,
    version: '0.1.0',
  });
});

test('a directory in use is not opened a second time', async (t) => {
  const directory = await place(t);
  using _first = await open(directory);
  await assert.rejects(open(directory), /already running/);
});

test("a newer Nightlatch's directory is refused and left as it is", async (t) => {
  const directory = await place(t);
  (await open(directory, '0.2.0'))[Symbol.dispose]();
  const before = await picture(directory);
  await assert.rejects(open(directory, '0.1.9'), /0\.2\.0.*Nothing was changed/s);
  assert.deepEqual(await picture(directory), before);
});

test('a layout that is not known is refused and left as it is', async (t) => {
  const directory = await place(t);
  await mkdir(directory);
  await writeFile(path.join(directory, 'nightlatch.json'), '{"format":2,"version":"0.1.0"}');
  const before = await picture(directory);
  await assert.rejects(open(directory), /Nothing was changed/);
  assert.deepEqual(await picture(directory), before);
});

test("another PostgreSQL's database is refused and left as it is", async (t) => {
  const directory = await place(t);
  (await open(directory))[Symbol.dispose]();
  await mkdir(path.join(directory, 'postgres'));
  await writeFile(path.join(directory, 'postgres/PG_VERSION'), '17\n');
  const before = await picture(directory);
  await assert.rejects(open(directory), /PostgreSQL 17.*Nothing was changed/s);
  assert.deepEqual(await picture(directory), before);
});

test("somebody's directory that is none of ours is refused and left as it is", async (t) => {
  const directory = await place(t);
  await mkdir(directory);
  await writeFile(path.join(directory, 'letter.txt'), 'dear');
  await assert.rejects(open(directory), /letter\.txt/);
  assert.deepEqual(await picture(directory), { 'letter.txt': 'dear' });
});

test('a disk that is nearly full is told before anything is made', async (t) => {
  const directory = await place(t);
  await assert.rejects(
    open(directory, '0.1.0', async () => FREE_BYTES_MIN - 1),
    /MB are free/,
  );
  await assert.rejects(stat(directory), { code: 'ENOENT' });
});

test('versions are compared as numbers', () => {
  assert.equal(isNewer('0.10.0', '0.9.3'), true);
  assert.equal(isNewer('0.9.3', '0.9.3'), false);
  assert.equal(isNewer('0.9.3', '1.0.0'), false);
});
