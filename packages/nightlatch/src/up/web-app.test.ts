import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { isBuilt } from './web-app.ts';

test('the web app is built when it is absent or older than any of its sources', async (t) => {
  const directory = await mkdtemp(path.join(tmpdir(), 'nightlatch-web-'));
  t.after(() => rm(directory, { recursive: true }));
  const [sources, dist] = [path.join(directory, 'src'), path.join(directory, 'dist')];
  const file = path.join(sources, 'events/list.tsx');
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, 'a');
  await utimes(file, 1000, 1000);
  assert.equal(await isBuilt(dist, [sources]), false);
  await mkdir(dist);
  await writeFile(path.join(dist, 'index.html'), 'built');
  await utimes(path.join(dist, 'index.html'), 2000, 2000);
  assert.equal(await isBuilt(dist, [sources, path.join(directory, 'none')]), true);
  await utimes(file, 3000, 3000);
  assert.equal(await isBuilt(dist, [sources]), false);
});
