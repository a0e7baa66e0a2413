import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { camerasOf } from './cameras.ts';

test('the demo camera is for an agent that has no other, and a camera given once is not asked for again', async (t) => {
  const directory = await mkdtemp(path.join(tmpdir(), 'nightlatch-cameras-'));
  t.after(() => rm(directory, { recursive: true }));
  assert.deepEqual(await camerasOf(directory, undefined), { demo: true, real: false });
  assert.deepEqual(await camerasOf(directory, 'rtsp://camera/1'), { demo: false, real: true });
  const store = (...sources: string[]) =>
    writeFile(
      path.join(directory, 'cameras.json'),
      JSON.stringify({ version: 1, cameras: sources.map((source) => ({ camera: 'cam_1', source })) }),
    );
  await store('rtsp');
  assert.deepEqual(await camerasOf(directory, undefined), { demo: false, real: true });
  await store('demo');
  assert.deepEqual(await camerasOf(directory, 'rtsp://camera/1'), { demo: true, real: true });
});
