import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { newWatchId } from '@nightlatch/protocol/ids';
import { LIVE_CLOSE, type LinkNews, type LinkOrder } from '@nightlatch/protocol/live';
import { generateDeviceKey } from '@nightlatch/vault/device';
import { createLink, SILENCE_MILLISECONDS_MAX } from '../src/live/link.ts';
import { createClient } from '../src/uplink/client.ts';
import { type Clock, systemClock } from '../src/uplink/clock.ts';
import { keepInMemory } from '../src/uplink/comeback.ts';
import { filled } from './support/fake-camera.ts';
import { random } from './support/household.ts';
import { startStubCloud } from './support/stub-cloud.ts';
import { until } from './support/until.ts';

const trouble = (): LinkNews => ({ kind: 'trouble', watch: newWatchId(random), reason: 'busy' });

/** A link with a stub cloud; the test has its clock, and is told how long it would have waited. */
async function linked(t: TestContext, { isSensible = true, comeback = keepInMemory() } = {}) {
  const stop = new AbortController();
  let running: Promise<void> | null = null;
  t.after(async () => {
    stop.abort();
    await running;
  });
  const cloud = await startStubCloud(t);
  const orders: LinkOrder[] = [];
  const waits: number[] = [];
  const now = { milliseconds: 0 };
  let lost = 0;
  const clock: Clock = {
    now: Date.now,
    sleep: (milliseconds, signal) => {
      waits.push(milliseconds);
      return systemClock.sleep(10, signal);
    },
  };
  const client = createClient({
    serverUrl: cloud.url,
    device: await generateDeviceKey(),
    signal: stop.signal,
  });
  const link = createLink({
    serverUrl: cloud.url,
    client,
    clock,
    comeback,
    monotonic: () => now.milliseconds,
    fraction: () => 0.5,
    onOrder: (order) => {
      orders.push(order);
      return isSensible;
    },
    onLost: () => {
      lost += 1;
    },
    log: () => {},
  });
  running = link.run(stop.signal);
  const at = (number: number) => until(`link ${number}`, () => cloud.links[number - 1]);
  return { cloud, link, orders, waits, now, at, lost: () => lost };
}

test('orders come, news and records go, and what is told without a link is lost', async (t) => {
  const { link, orders, at } = await linked(t);
  link.tell(trouble());
  link.record(filled(10, 1));
  const first = await at(1);
  first.order({ kind: 'log' });
  await until('the order', () => orders.length === 1);
  const news = trouble();
  link.tell(news);
  link.record(filled(10, 2));
  await until('the record', () => first.records.length === 1);
  assert.deepEqual([first.news, first.records], [[news], [Buffer.from(filled(10, 2))]]);
});

test('a link that is closed is opened again, with a new session where the old one has ended', async (t) => {
  const { cloud, at, lost } = await linked(t);
  const first = await at(1);
  cloud.endSessions();
  first.socket.close(LIVE_CLOSE.away);
  await at(2);
  assert.equal(lost(), 1);
  assert.equal(cloud.requests.filter((one) => one.includes('/session')).length, 2);
});

test('a cloud that cannot take the link, or sends it elsewhere, is asked again; the session goes nowhere else', async (t) => {
  const { cloud, at, waits } = await linked(t);
  const first = await at(1);
  for (const status of ['hang-up', 503, 302] as const) {
    const asked = () => cloud.requests.filter((one) => one.endsWith('/link')).length;
    const before = asked();
    cloud.trouble = () => (status === 'hang-up' ? status : { status });
    first.socket.terminate();
    await until('two more tries', () => asked() > before + 1);
  }
  assert.ok(
    waits.some((wait) => wait >= 7000),
    'the cloud asked for 7 seconds',
  );
  cloud.trouble = null;
  await at(2);
  assert.ok(cloud.requests.every((one) => !one.includes('elsewhere')));
});

test('an agent that was replaced, or whose cloud knows no links, waits for minutes', async (t) => {
  const { cloud, at, waits } = await linked(t);
  const longWaits = () => waits.filter((wait) => wait >= 120_000).length;
  (await at(1)).socket.close(LIVE_CLOSE.away);
  (await at(2)).socket.close(LIVE_CLOSE.ended);
  await at(3);
  assert.equal(longWaits(), 0);
  (await at(3)).socket.close(LIVE_CLOSE.replaced);
  await until('the wait', () => longWaits() === 1);
  const fourth = await at(4);
  cloud.trouble = () => ({ status: 404 });
  fourth.socket.terminate();
  await until('the other wait', () => longWaits() >= 2);
});

test('what makes no sense closes the link, and nothing that comes with it is listened to', async (t) => {
  const log = JSON.stringify({ kind: 'log' });
  const nonsense = [
    'not JSON',
    JSON.stringify({ kind: 'open-the-door' }),
    JSON.stringify({ kind: 'leave', watch: 'cam_1', reason: 'left' }),
    Buffer.from(log),
  ];
  const { orders, at } = await linked(t);
  for (const [index, message] of nonsense.entries()) {
    const link = await at(index + 1);
    link.socket.send(message);
    link.socket.send(log);
    assert.equal(await until('the close', () => link.closed), LIVE_CLOSE.malformed);
  }
  const long = await at(nonsense.length + 1);
  long.socket.send(' '.repeat(8 * 1024) + log);
  assert.equal(await until('the close', () => long.closed), 1009);
  assert.deepEqual(orders, []);
});

test('an order without sense closes the link as well', async (t) => {
  const { orders, at } = await linked(t, { isSensible: false });
  const link = await at(1);
  link.order({ kind: 'log' });
  link.order({ kind: 'log' });
  assert.equal(await until('the close', () => link.closed), LIVE_CLOSE.malformed);
  assert.equal(orders.length, 1);
});

test('a cloud that says nothing for too long has gone: the link is opened anew', async (t) => {
  const { cloud, now, at } = await linked(t);
  (await at(1)).socket.pause();
  // An answer that was on its way may still come after the first of these.
  await until('another link', () => {
    now.milliseconds += SILENCE_MILLISECONDS_MAX + 1;
    return cloud.links.length > 1;
  });
});

test('what has not arrived at the cloud is seen, also where it waits outside of this process', async (t) => {
  const { link, orders, now, at } = await linked(t);
  const first = await at(1);
  // The cloud has the link a moment before the agent.
  first.order({ kind: 'log' });
  await until('the order', () => orders.length === 1);
  await until('the first answer', () => link.waiting().lagMilliseconds === 0);
  first.socket.pause();
  now.milliseconds = 1000;
  link.record(filled(1000, 1));
  now.milliseconds = 1200;
  link.record(filled(1000, 2));
  now.milliseconds = 1900;
  await until('the bytes to be gone from here', () => link.waiting().bytes === 0);
  const { lagMilliseconds } = link.waiting();
  assert.ok(lagMilliseconds >= 900, `${lagMilliseconds}`);
  const heard = { arrived: false };
  const arrived = link.arrived().then(() => {
    heard.arrived = true;
  });
  // A whole round of orders later nothing has arrived.
  first.order({ kind: 'log' });
  await until('the order', () => orders.length === 2);
  assert.equal(heard.arrived, false);
  first.socket.resume();
  await arrived;
  assert.equal(first.records.length, 2);
});

test('who waits for what they sent to arrive is let go when the link is lost, or when there is none', async (t) => {
  const { link, orders, at } = await linked(t);
  await link.arrived();
  const first = await at(1);
  first.order({ kind: 'log' });
  await until('the order', () => orders.length === 1);
  first.socket.pause();
  const arrived = link.arrived();
  first.socket.terminate();
  await arrived;
});

const WINDOW_MILLISECONDS = 100_000;
/** Half a window from now, so that its wait is longer than any other. */
const SLOT = {
  position: (Date.now() / WINDOW_MILLISECONDS + 0.5) % 1,
  windowMilliseconds: WINDOW_MILLISECONDS,
};
const told = (ticket: string, ticketExpiresAt = Date.now() + 60_000): LinkOrder => ({
  ...{ kind: 'slot', slot: SLOT, ticket, ticketExpiresAt },
});

test('what the cloud gave in advance is what the agent comes back with: its slot, its ticket and no new session', async (t) => {
  const comeback = keepInMemory();
  const { cloud, at, waits } = await linked(t, { comeback });
  const first = await at(1);
  cloud.tickets.add('good.1');
  first.order(told('good.1'));
  await until('the ticket', () => comeback.kept.ticket !== null);
  assert.deepEqual(comeback.kept.slot, SLOT);
  cloud.endSessions();
  const before = Date.now();
  first.socket.close(LIVE_CLOSE.away);
  await at(2);
  const wait = waits.findLast((one) => one > 15_000) ?? 0;
  const off = Math.abs(((before + wait) / WINDOW_MILLISECONDS - SLOT.position) % 1);
  assert.ok(Math.min(off, 1 - off) < 0.05, `${wait}`);
  assert.equal(cloud.requests.filter((one) => one.includes('/session')).length, 1);
});

test('a ticket that the cloud does not take is forgotten, and the agent proves itself at once', async (t) => {
  const comeback = keepInMemory();
  const { cloud, at, orders } = await linked(t, { comeback });
  (await at(1)).order(told('old.1'));
  await until('the ticket', () => comeback.kept.ticket !== null);
  cloud.endSessions();
  (await at(1)).socket.close(LIVE_CLOSE.away);
  await at(2);
  assert.equal(comeback.kept.ticket, null);
  assert.equal(cloud.requests.filter((one) => one.includes('/session')).length, 2);
  assert.deepEqual(orders, []);
});

test('a ticket that has run out is not shown to anybody', async (t) => {
  const comeback = keepInMemory();
  const { cloud, at } = await linked(t, { comeback });
  cloud.tickets.add('out.1');
  (await at(1)).order(told('out.1', Date.now() - 1));
  await until('the ticket', () => comeback.kept.ticket !== null);
  const asked = () => cloud.requests.filter((one) => one.endsWith('/link')).length;
  const before = asked();
  cloud.endSessions();
  (await at(1)).socket.close(LIVE_CLOSE.away);
  await at(2);
  // The first of the two with the token of the session that has ended.
  assert.deepEqual(
    [asked() - before, cloud.requests.filter((one) => one.includes('/session')).length],
    [2, 2],
  );
});

test('an agent that starts with a slot on its disk waits for it before its first link', async (t) => {
  const comeback = keepInMemory();
  comeback.keep({ slot: { position: 0, windowMilliseconds: 3_600_000 } });
  const { at, waits } = await linked(t, { comeback });
  await at(1);
  assert.ok(Math.abs(((waits[0] ?? 0) + Date.now()) % 3_600_000) < 60_000 || (waits[0] ?? 0) > 3_500_000);
});
