import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCommandLine } from './command-line.ts';
import { tableOf } from './table.ts';

test('figures stand below each other, with their goals', () => {
  assert.deepEqual(
    tableOf([
      {
        name: 'batched',
        value: 103_456.7,
        unit: 'per second',
        goal: { text: 'at least 100,000', met: true },
      },
      { name: 'p99', value: 7.4, unit: 'milliseconds', goal: { text: 'at most 5', met: false } },
      { name: 'runs', value: 3, unit: '' },
    ]),
    [
      '  batched  103,457 per second    ✓ goal: at least 100,000',
      '  p99          7.4 milliseconds  ✗ goal: at most 5',
      '  runs           3',
    ],
  );
});

test('a suite that does not exist is told, with those that do', () => {
  assert.throws(() => readCommandLine(['gaet'], ['first-frame', 'gate']), /"gaet".*first-frame, gate/);
  assert.deepEqual(readCommandLine(['gate', '--json', 'x.json'], ['gate']), {
    suites: ['gate'],
    jsonFile: 'x.json',
  });
});
