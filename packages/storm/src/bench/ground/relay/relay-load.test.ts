import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryParts } from './memory-parts.ts';
import { stamp, stampOf } from './record-times.ts';
import { relayFigures } from './relay-figures.ts';
import { perViewer, type RelayStep } from './relay-load.ts';

const step = (viewers: number, residentBytes: number, cores = 0): RelayStep => ({
  ...{ viewers, cameras: viewers / 2, residentBytes, cores },
  ...{ bitsPerSecond: 2e6, p50Milliseconds: 1, p99Milliseconds: 2, missedPart: 0 },
});

test('what a viewer costs is the slope of the line through all steps, and not what the cloud costs by itself', () => {
  const straight = [0, 100, 200, 400].map((viewers) => step(viewers, 90e6 + viewers * 150_000));
  assert.equal(Math.round(perViewer(straight, ({ residentBytes }) => residentBytes)), 150_000);
  const bent = [step(0, 90e6), step(100, 130e6), step(200, 110e6)];
  assert.equal(Math.round(perViewer(bent, ({ residentBytes }) => residentBytes)), 100_000);
});

test('memory is told apart by what it is for: viewers, and the cameras that they watch', () => {
  const costs = (viewers: number, cameras: number): RelayStep => ({
    ...step(viewers, 90e6 + viewers * 30_000 + cameras * 400_000),
    cameras,
  });
  const steps = [costs(100, 50), costs(200, 100), costs(400, 200), costs(100, 1), costs(400, 4)];
  const { viewerBytes, cameraBytes } = memoryParts(steps);
  assert.deepEqual([viewerBytes, cameraBytes].map(Math.round), [30_000, 400_000]);
});

test('the goals of the relay are met at 400 viewers per core and 200 kB for each, and not short of it', () => {
  const metBy = (cores: number, bytesEach: number) =>
    relayFigures({ viewersPerCamera: 2, measured: [step(0, 0), step(400, 400 * bytesEach, cores)] })
      .filter(({ goal }) => goal !== undefined)
      .map(({ goal }) => goal?.met);
  assert.deepEqual(metBy(1, 199_999), [true, true]);
  assert.deepEqual(metBy(1.01, 200_000), [false, false]);
});

test('a record carries its number and its time through a relay that does not open it', () => {
  const record = Buffer.alloc(200, 7);
  stamp(record, 3_000_000_000, 1_795_588_774_786.5);
  assert.deepEqual(stampOf(record), { sequence: 3_000_000_000, dueAt: 1_795_588_774_786.5 });
});
