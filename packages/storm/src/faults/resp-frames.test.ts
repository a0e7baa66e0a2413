import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createReplyCutter, endOfReply } from './resp-frames.ts';

const REPLIES = [
  '+OK\r\n',
  '-ERR no\r\n',
  ':12\r\n',
  '$5\r\nhe\r\no\r\n',
  '$0\r\n\r\n',
  '$-1\r\n',
  '*-1\r\n',
  '*3\r\n$1\r\na\r\n*1\r\n:1\r\n$-1\r\n',
  '_\r\n',
  '#t\r\n',
  ',1.5\r\n',
  '(3492890328409238509324850943850943825024385\r\n',
  '!5\r\nERR x\r\n',
  '=5\r\ntxt:a\r\n',
  '%2\r\n+a\r\n:1\r\n+b\r\n*0\r\n',
  '~1\r\n+a\r\n',
  '>2\r\n+message\r\n$1\r\na\r\n',
  '|1\r\n+ttl\r\n:3600\r\n$1\r\na\r\n',
];

test('every kind of reply is cut where it ends, however the stream is chopped', () => {
  const stream = Buffer.from(REPLIES.join(''), 'latin1');
  for (const piece of [1, 2, 3, 7, stream.length]) {
    const cut: string[] = [];
    const take = createReplyCutter((reply) => cut.push(reply.toString('latin1')));
    for (let at = 0; at < stream.length; at += piece) take(stream.subarray(at, at + piece));
    assert.deepEqual(cut, REPLIES, `pieces of ${piece}`);
  }
});

test('what is no reply, or is nested without end, is an error', () => {
  assert.throws(() => endOfReply(Buffer.from('hello\r\n'), 0), /not how a reply begins/);
  assert.throws(() => endOfReply(Buffer.from('$x\r\n'), 0), /not how a reply begins/);
  assert.throws(() => endOfReply(Buffer.from('*1\r\n'.repeat(100)), 0), /too deep/);
});
