import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { accountIdOf, newEventId, newHomeId } from '@nightlatch/protocol/ids';
import { createOracle } from './oracle.ts';

function ground() {
  const time = { now: 0 };
  const oracle = createOracle(() => time.now);
  const [alice, bob] = [accountIdOf(randomBytes(32)), accountIdOf(randomBytes(32))];
  const home = newHomeId(randomBytes);
  const event = newEventId(randomBytes);
  const bytes = new Uint8Array([1, 2, 3]);
  oracle.granted(alice, home);
  oracle.made(home, event, bytes);
  const foreign = (): number => oracle.tally().foreignDeliveries;
  return { time, oracle, alice, bob, home, event, bytes, foreign };
}

test('what came to whoever lives there is right, and to anybody else a crossing', () => {
  const { oracle, alice, bob, event, bytes, foreign } = ground();
  oracle.listed(oracle.asking(alice), event);
  assert.equal(oracle.came(oracle.asking(alice), event, bytes), true);
  assert.equal(foreign(), 0);
  oracle.listed(oracle.asking(bob), event);
  assert.equal(oracle.came(oracle.asking(bob), event, bytes), false);
  oracle.came(oracle.asking(alice), event, new Uint8Array([9]));
  assert.equal(foreign(), 3);
  assert.deepEqual(
    oracle.tally().crossings.map(({ channel }) => channel),
    ['list', 'thumbnail', 'thumbnail'],
  );
});

test('after access has ended nothing may come to a new question, and to an old one for a second', () => {
  const { time, oracle, alice, home, event, bytes, foreign } = ground();
  const before = oracle.asking(alice);
  time.now = 10;
  oracle.revoked(alice, home);
  time.now = 1_009;
  oracle.came(before, event, bytes);
  assert.equal(foreign(), 0);
  time.now = 1_011;
  oracle.came(before, event, bytes);
  assert.equal(foreign(), 1);
  oracle.listed(oracle.asking(alice), event);
  assert.equal(foreign(), 2);
  assert.equal(oracle.homeOf(alice), undefined);
});

test('a refusal that holds a picture is a crossing, also to whoever lives there', () => {
  const { oracle, alice, bytes, foreign } = ground();
  oracle.refused(oracle.asking(alice), new TextEncoder().encode('{"error":"not-found"}'));
  assert.equal(foreign(), 0);
  oracle.refused(oracle.asking(alice), bytes);
  assert.equal(foreign(), 1);
});

test('a thumbnail that came more often than the ledger says is counted', () => {
  const { oracle, alice, event, bytes } = ground();
  for (let one = 0; one < 3; one++) oracle.came(oracle.asking(alice), event, bytes);
  const key = `${alice} ${event}`;
  assert.deepEqual(
    [new Map([[key, 3]]), new Map([[key, 1]]), new Map<string, number>()].map(oracle.unwritten),
    [0, 2, 3],
  );
});

test('an entry of a log is of the home that wrote it, and bytes that are not the sum of their parts are of another', () => {
  const { oracle, alice, bob, home, foreign } = ground();
  oracle.wrote(home, ['entry']);
  oracle.logged(oracle.asking(alice), 'entry');
  oracle.counted(oracle.asking(alice), 3, [1, 2]);
  assert.equal(foreign(), 0);
  oracle.logged(oracle.asking(bob), 'entry');
  oracle.logged(oracle.asking(alice), 'another');
  oracle.counted(oracle.asking(alice), 3, [0, 0]);
  assert.equal(foreign(), 3);
});

test('a notice is of the home of its event, and without one of the home whose stream it is', () => {
  const { time, oracle, alice, bob, home, event, foreign } = ground();
  const stream = oracle.asking(alice);
  oracle.noticed(stream, home, null);
  oracle.noticed(stream, home, event);
  assert.equal(foreign(), 0);
  oracle.noticed(oracle.asking(bob), home, null);
  oracle.noticed(oracle.asking(bob), home, event);
  oracle.noticed(stream, home, newEventId(randomBytes));
  assert.equal(foreign(), 3);
  time.now = 10;
  oracle.revoked(alice, home);
  time.now = 1_009;
  oracle.noticed(stream, home, event);
  assert.equal(foreign(), 3);
  time.now = 1_011;
  oracle.noticed(stream, home, event);
  const { deliveriesByChannel, foreignByChannel } = oracle.tally();
  assert.deepEqual([deliveriesByChannel.notice, foreignByChannel.notice], [7, 4]);
});

test('a live record is of the home that sealed it, and nothing may come a second after access has ended', () => {
  const { time, oracle, alice, bob, home, foreign } = ground();
  const record = new Uint8Array([7]);
  oracle.sealed(home, record);
  const watch = oracle.asking(alice);
  oracle.watched(watch, record);
  oracle.shown(watch, { home, event: null });
  assert.equal(foreign(), 0);
  oracle.watched(oracle.asking(bob), record);
  oracle.watched(watch, new Uint8Array([8]));
  assert.equal(foreign(), 2);
  time.now = 10;
  oracle.revoked(alice, home);
  time.now = 1_009;
  oracle.watched(watch, record);
  assert.equal(foreign(), 2);
  time.now = 1_011;
  oracle.watched(watch, record);
  oracle.shown(watch, { home, event: null });
  const { foreignByChannel, liveOpened, foreignOpened } = oracle.tally();
  assert.deepEqual([foreignByChannel.live, liveOpened, foreignOpened], [3, 2, 1]);
});
