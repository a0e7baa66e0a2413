import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { readCommandLine } from './command-line.ts';
import { Refused } from './refused.ts';

const SECRET = 'rtsp://user:hunter2@192.168.1.20/stream';

test('up alone takes the demo camera, ./data and the usual ports', () => {
  assert.deepEqual(readCommandLine(['up'], {}), {
    command: 'up',
    cameraUrl: undefined,
    dataDirectory: path.resolve('data'),
    port: 8080,
    pagePort: 8081,
    agent: true,
  });
});

test('a camera comes by its flag or by the environment, and the flag wins', () => {
  const read = (words: string[], environment = {}) => {
    const command = readCommandLine(words, environment);
    return command.command === 'up' ? command.cameraUrl : 'not up';
  };
  assert.equal(read(['up', '--camera', SECRET]), SECRET);
  assert.equal(read(['up'], { NIGHTLATCH_CAMERA_URL: SECRET }), SECRET);
  assert.equal(read(['up', '--camera', SECRET], { NIGHTLATCH_CAMERA_URL: 'rtsp://other/1' }), SECRET);
  assert.equal(read(['up'], { NIGHTLATCH_CAMERA_URL: '' }), undefined);
});

test('an address that is none is refused without being repeated: it may hold a password', () => {
  assert.throws(
    () => readCommandLine(['up', '--camera', 'http://user:hunter2@camera'], {}),
    (error) => error instanceof Refused && !error.message.includes('hunter2'),
  );
});

test('what cannot be meant is refused with a sentence', () => {
  for (const words of [
    ['down'],
    ['up', 'up'],
    ['up', '--port', '0'],
    ['up', '--port', '99999'],
    ['up', '--port', '8081'],
    ['up', '--server', 'https://cameras.example.org'],
    ['up', '--nonsense'],
    ['agent'],
    ['agent', '--server', 'cameras.example.org'],
    ['agent', '--server', 'https://cameras.example.org', '--demo', '--camera', SECRET],
  ])
    assert.throws(() => readCommandLine(words, {}), Refused, words.join(' '));
});

test('no command at all shows the help', () => {
  assert.deepEqual(readCommandLine([], {}), { command: 'help' });
  assert.deepEqual(readCommandLine(['up', '--help'], {}), { command: 'help' });
});

test('the operator checks, and mends only when told to', () => {
  const check = { command: 'operator check', dataDirectory: path.resolve('data'), repair: false };
  assert.deepEqual(readCommandLine(['operator', 'check'], {}), check);
  assert.deepEqual(readCommandLine(['operator', 'check', '--repair', '--data', '/x'], {}), {
    ...check,
    dataDirectory: '/x',
    repair: true,
  });
  for (const words of [
    ['operator'],
    ['operator', 'mend'],
    ['operator', 'check', '--port', '1'],
    ['up', '--repair'],
  ])
    assert.throws(() => readCommandLine(words, {}), Refused, words.join(' '));
});
