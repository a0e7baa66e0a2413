import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aboutWhen, clipFileName, clockTime, dayName, spanText, spokenSpan } from './times.ts';

const noon = new Date(2026, 10, 22, 12, 0, 5).getTime();

test('a day is named from where the viewer stands', () => {
  assert.equal(dayName(noon, noon), 'Today');
  assert.equal(dayName(new Date(2026, 10, 21, 23, 59).getTime(), noon), 'Yesterday');
  assert.match(dayName(new Date(2025, 10, 20).getTime(), noon), /2025/);
  assert.doesNotMatch(dayName(new Date(2026, 10, 20).getTime(), noon), /2026/);
});

test('the last hour is told in minutes, and before that the time of day', () => {
  assert.equal(aboutWhen(noon - 20_000, noon), 'just now');
  assert.equal(aboutWhen(noon + 30_000, noon), 'just now');
  assert.equal(aboutWhen(noon - 12 * 60_000, noon), '12 min ago');
  assert.equal(aboutWhen(noon - 3_600_000, noon), clockTime(noon - 3_600_000));
});

test('spans are written for the eye and for the ear', () => {
  assert.equal(spanText(7_400), '0:07');
  assert.equal(spanText(3_723_000), '1:02:03');
  assert.equal(spokenSpan(1_000), '1 second');
  assert.equal(spokenSpan(92_000), '1 minute 32 seconds');
});

test('a downloaded clip is named after camera and local time, with letters that every system takes', () => {
  assert.equal(clipFileName('Haustür / 2', noon), 'Haustür 2 2026-11-22 12.00.05.mp4');
  assert.equal(clipFileName('../..', noon), 'Camera 2026-11-22 12.00.05.mp4');
});
