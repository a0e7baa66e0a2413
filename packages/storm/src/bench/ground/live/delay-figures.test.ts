import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SMALL_CAMERA } from '../numbered-camera.ts';
import type { Delay } from './delay.ts';
import { delayFigures, tapFigures } from './delay-figures.ts';

const delay = (player: string, milliseconds: readonly number[]): Delay => ({
  ...{
    player,
    milliseconds,
    readingMilliseconds: [],
    missed: 0,
    silentRounds: 0,
    serverCores: 0,
    browserCores: 0,
  },
});
const goalsOf = (ours: readonly number[], peer: readonly number[]) =>
  delayFigures({ make: SMALL_CAMERA, delays: [delay('live view', ours), delay('peer', peer)], taps: [] })
    .filter(({ goal }) => goal !== undefined)
    .map(({ name, value, goal }) => [name.replace('640x360, ', ''), value, goal?.met]);

test('our delay stands against its goals, and each peer against ours', () => {
  assert.deepEqual(goalsOf([100, 100, 200], [300, 150, 100]), [
    ['live view, encoder to screen, p50', 100, true],
    ['live view, encoder to screen, p99', 200, true],
    ['peer against live view, p50', 1.5, true],
    ['peer against live view, p99', 1.5, true],
  ]);
  assert.deepEqual(
    goalsOf([150, 150, 400], [150, 150, 400]).map(([, , met]) => met),
    [false, false, false, false],
  );
});

test('a player that showed nothing meets no goal', () => {
  assert.deepEqual(
    goalsOf([], [10]).map(([, , met]) => met),
    [false, false, false, false],
  );
});

test('taps are counted, and so are the pictures among them that could be read', () => {
  const taps = [600, 500, 900].map((milliseconds, turn) => ({
    milliseconds,
    ageMilliseconds: turn === 0 ? null : 80,
    toEdgeMilliseconds: turn === 0 ? null : milliseconds + 300,
  }));
  const figures = tapFigures({ make: SMALL_CAMERA, delays: [], taps });
  assert.deepEqual(
    figures.map(({ value }) => value),
    [600, 900, 3, 2, 80, 800, 2],
  );
  assert.equal(figures[0]?.goal?.met, true);
});
