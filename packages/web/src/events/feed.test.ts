import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clipPieces } from '../../tests/support/colour-clip.ts';
import { keptEvents } from '../../tests/support/kept-events.ts';
import { type Crossed, viewerOf } from '../../tests/support/memory-road.ts';
import { makeHome } from '../../tests/support/sealed-home.ts';
import { createFeed, type Feed, type FeedState } from './feed.ts';

/** Resolves when the feed is as hoped. */
const when = (feed: Feed, hoped: (state: FeedState) => boolean) =>
  new Promise<FeedState>((resolve) => {
    const look = () => {
      if (!hoped(feed.state())) return;
      stop();
      resolve(feed.state());
    };
    const stop = feed.subscribe(look);
    look();
  });

/** The clip is not looked at here. */
const pieces = clipPieces().slice(0, 1);

async function feedOf(count: number, crossed: Crossed = {}) {
  const home = await makeHome();
  const kept = keptEvents();
  const add = async (at: number) => {
    const { facts } = kept.keep(
      await home.event({ camera: 0, startedAt: 1e12 + at * 1000, colour: 0, pieces }),
    );
    return facts;
  };
  for (let at = 0; at < count; at++) await add(at);
  const { viewer, reports } = viewerOf(home, { kept, crossed });
  return { home, kept, add, reports, feed: createFeed(viewer, {}, () => undefined) };
}

test('pages follow one another to the end without an event twice', async () => {
  const { feed } = await feedOf(65);
  await when(feed, ({ status }) => status === 'ready');
  while (feed.state().more) {
    const { length } = feed.state().events;
    feed.loadMore();
    await when(feed, ({ events, loadingMore }) => events.length > length && !loadingMore);
  }
  const { events, notices } = feed.state();
  assert.equal(new Set(events.map(({ event }) => event)).size, 65);
  assert.deepEqual(notices, []);
  feed.close();
});

test('what comes while somebody looks further down waits, and is there when they come up', async () => {
  const { feed, add } = await feedOf(3);
  await when(feed, ({ events }) => events.length === 3);
  feed.hold(true);
  const { event, camera } = await add(10);
  feed.told(event, camera);
  assert.equal((await when(feed, ({ waiting }) => waiting === 1)).events.length, 3);
  feed.hold(false);
  assert.equal(feed.state().events[0]?.event, event);
  feed.close();
});

test('what was missed while disconnected is fetched, over as many pages as it takes', async () => {
  const { feed, add } = await feedOf(3);
  await when(feed, ({ events }) => events.length === 3);
  for (let at = 10; at < 80; at++) await add(at);
  feed.refresh();
  assert.deepEqual((await when(feed, ({ events }) => events.length === 73)).notices, []);
  feed.close();
});

test('a late event from long ago takes its place among the others', async () => {
  const { feed, add } = await feedOf(3);
  await when(feed, ({ events }) => events.length === 3);
  const { event, camera } = await add(1.5);
  feed.told(event, camera);
  const { events } = await when(feed, ({ events }) => events.length === 4);
  assert.equal(events[1]?.event, event);
  feed.close();
});

test('refused rows are told in words and leave the others standing', async () => {
  const other = await makeHome();
  const { feed, reports } = await feedOf(3, {
    page: (page) => ({
      ...page,
      events: page.events.map((row, index) => (index === 1 ? { ...row, home: other.home } : row)),
    }),
  });
  const { events, refusals } = await when(feed, ({ status }) => status === 'ready');
  assert.equal(events.length, 2);
  assert.match(refusals.join(), /Nothing of it was opened or shown/);
  assert.deepEqual(
    reports.map(({ reason }) => reason),
    ['row-home'],
  );
  feed.close();
});

test('a failure is told, keeps what is there, and passes with the next answer', async () => {
  let isAway = false;
  const { feed } = await feedOf(3, {
    page: (page) => {
      if (isAway) throw new Error('The cloud cannot be reached.');
      return page;
    },
  });
  await when(feed, ({ status }) => status === 'ready');
  isAway = true;
  feed.refresh();
  assert.equal((await when(feed, ({ problem }) => problem !== null)).events.length, 3);
  isAway = false;
  feed.refresh();
  await when(feed, ({ problem }) => problem === null);
  feed.close();
});
