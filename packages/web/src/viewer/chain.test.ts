import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type KeptEvent, makeHome, rowOf, type SealedHome } from '../../tests/support/sealed-home.ts';
import { chainNotices, wordsOfNotice } from './chain.ts';
import { guards } from './guards.ts';
import { isSeen, type SeenEvent, verifyRow } from './seen-event.ts';

let home: SealedHome;
let events: SeenEvent[];
before(async () => {
  home = await makeHome();
  const kept: KeptEvent[] = [];
  // Camera 0 has the numbers 1, 2, 4, 7 and 8; camera 1 has 1.
  for (const skip of [0, 0, 1, 2, 0])
    kept.push(await home.event({ camera: 0, startedAt: 1e12 + kept.length * 1000, colour: 0, skip }));
  kept.push(await home.event({ camera: 1, startedAt: 1e12 + 1500, colour: 0 }));
  const pins = { deviceKeyOf: async () => home.device.publicKey, epochKey: home.epochKey };
  const seen = await Promise.all(kept.map((event) => verifyRow(rowOf(event, true), { guards, pins })));
  events = seen.filter(isSeen);
});

const none = new Map();
const words = (notices: ReturnType<typeof chainNotices>) => notices.map(wordsOfNotice);

test('holes in the numbers show beside the event above them, each camera by itself', () => {
  const notices = chainNotices(events, [], none);
  assert.deepEqual(words(notices), ['2 events are missing here', '1 event is missing here']);
  assert.deepEqual(
    notices.map(({ beside }) => beside),
    [events[3]?.event, events[2]?.event],
  );
});

test('a hole that the agent signed for is told as lost, with its reason', async () => {
  const camera = home.cameras[0]?.camera;
  assert.ok(camera);
  const { gap } = await home.gap({
    camera: 0,
    fromSequence: 5,
    toSequence: 6,
    from: 1,
    to: 2,
    reason: 'disk-full',
  });
  const statement = { gap, home: home.home, camera, fromSequence: 5, toSequence: 6, from: 1, to: 2 };
  const notices = chainNotices(events, [{ ...statement, reason: 'disk-full' }], none);
  assert.deepEqual(words(notices), ['2 events lost: the disk at home was full', '1 event is missing here']);
});

test('a hole that the home made itself is told as deleted, and nothing can be hidden behind such a word', () => {
  const camera = home.cameras[0]?.camera;
  assert.ok(camera);
  const span = (fromSequence: number, toSequence: number, reason: 'days' | 'bytes' = 'days') => ({
    ...{ camera, fromSequence, toSequence, reason },
  });
  const notices = chainNotices(events, [], none, [span(5, 6), span(3, 3, 'bytes')]);
  assert.deepEqual(words(notices), [
    '2 events deleted by your setting: older than you keep them',
    '1 event deleted by your setting: there was no more room in what you keep',
  ]);
  assert.deepEqual(words(chainNotices(events.slice(2, 3), [], none, [span(1, 3)])), [
    '3 events deleted by your setting: older than you keep them',
  ]);
  // Over an event that is there it says nothing, and does not stand between two that do not fit.
  const [first, second] = events;
  assert.ok(first && second);
  const changed = { ...first, hash: 'A'.repeat(43) };
  const hiding = chainNotices([changed, second], [], none, [span(1, 1), span(2, 2)]);
  assert.deepEqual(
    hiding.map(({ kind }) => kind),
    ['broken'],
  );
});

test('a row that is arriving is not missing', () => {
  const camera = home.cameras[0]?.camera;
  assert.ok(camera);
  assert.deepEqual(words(chainNotices(events, [], new Map([[camera, 2]]))), ['1 event is missing here']);
});

test('an event that does not name the one before it is told', () => {
  const [first, second] = events;
  assert.ok(first && second);
  assert.deepEqual(chainNotices([first, second], [], none), []);
  const changed = { ...first, hash: 'A'.repeat(43) };
  const notices = chainNotices([changed, second], [], none);
  assert.deepEqual(
    notices.map(({ kind, beside }) => [kind, beside]),
    [['broken', second.event]],
  );
});

test('two events under one number are told, whichever of them the next one names', () => {
  const [first, second, third] = events;
  assert.ok(first && second && third);
  const twin = { ...second, event: third.event };
  assert.deepEqual(
    chainNotices([first, second, twin], [], none).map(({ kind }) => kind),
    ['broken'],
  );
});
