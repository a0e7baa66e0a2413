import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listenForLastWords, saidToPeople } from './last-words.ts';

test('of a JSON log only what is an error is said to people', () => {
  assert.equal(saidToPeople('{"level":30,"msg":"cloud is ready"}'), undefined);
  assert.equal(
    saidToPeople('{"level":60,"msg":"The database is newer.","err":{"message":"x"}}'),
    'The database is newer.',
  );
});

test('of the log of PostgreSQL only what is fatal is said', () => {
  assert.equal(saidToPeople('2026-11-22 03:55:38.228 UTC [21182] LOG:  database system is ready'), undefined);
  assert.equal(saidToPeople('2026-11-22 03:55:38.228 UTC [21182] FATAL:  no space left'), 'no space left');
});

test('of an uncaught error the message is said, and not its frames', () => {
  const words = listenForLastWords();
  for (const line of ['Error: the lens is covered', '    at look (camera.ts:1:1)', '', 'Node.js v24.21.0'])
    words.hear(line);
  assert.equal(words.said(), 'Error: the lens is covered');
});
