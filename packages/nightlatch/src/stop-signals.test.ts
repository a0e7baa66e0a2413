import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { listenForStop } from './stop-signals.ts';

function terminal() {
  let now = 1000;
  const events = new EventEmitter();
  const { stop, force } = listenForStop({
    process: { ppid: 1, on: (signal: string, listener: () => void) => events.on(signal, listener) },
    clock: () => now,
    underNpm: false,
  });
  const press = (signal: string, at: number) => {
    now = at;
    events.emit(signal);
  };
  return { press, stop, force };
}

test('the first Ctrl-C asks for an orderly end, a later one for an end at once', () => {
  const { press, stop, force } = terminal();
  press('SIGINT', 1000);
  assert.deepEqual([stop.aborted, force.aborted], [true, false]);
  press('SIGINT', 3000);
  assert.equal(force.aborted, true);
});

test('one Ctrl-C that comes twice, from the terminal and from npm, is one', () => {
  const { press, stop, force } = terminal();
  press('SIGINT', 1000);
  press('SIGINT', 1005);
  assert.deepEqual([stop.aborted, force.aborted], [true, false]);
});
