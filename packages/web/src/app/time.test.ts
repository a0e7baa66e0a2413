import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exactTime, shortTime } from './time.ts';

const noon = Date.UTC(2026, 0, 15, 12, 0);

test('a time of today is told by the clock alone, in the zone of the viewer', () => {
  assert.equal(shortTime(Date.UTC(2026, 0, 15, 11, 2), noon, 'Europe/Berlin', 'en-GB'), '12:02');
  assert.equal(shortTime(Date.UTC(2026, 0, 15, 11, 2), noon, 'America/New_York', 'en-GB'), '06:02');
});

test('yesterday begins at midnight of the viewer, not of UTC', () => {
  const late = Date.UTC(2026, 0, 14, 23, 30);
  assert.equal(shortTime(late, noon, 'Europe/Berlin', 'en-GB'), '00:30');
  assert.equal(shortTime(late, noon, 'UTC', 'en-GB'), 'yesterday 23:30');
});

test('an older time has its date', () => {
  assert.match(shortTime(Date.UTC(2025, 11, 24, 12, 0), noon, 'UTC', 'en-GB'), /24 Dec 2025/);
});

test('the exact time has seconds and its zone', () => {
  assert.match(exactTime(noon, 'UTC', 'en-GB'), /15 January 2026.*12:00:00 UTC/);
});
