import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { agentIdOf, newHomeId } from '@nightlatch/protocol/ids';
import { ReconnectTicket } from '@nightlatch/protocol/live';
import { createTickets } from './tickets.ts';

const HOUR = 3_600_000;
const key = randomBytes(32);
const time = { now: 1_700_000_000_000 };
const newTickets = (of: Uint8Array = key) =>
  createTickets({ key: of, clock: () => time.now, random: randomBytes });
const newAsked = () => ({
  tokenHash: randomBytes(32).toString('base64url'),
  agent: agentIdOf(randomBytes(32)),
  home: newHomeId(randomBytes),
});
const asked = newAsked();

test('a ticket says who comes back, at every process of this cloud and at no other', () => {
  const { ticket } = newTickets().issue(asked, time.now + HOUR);
  assert.equal(ReconnectTicket.parse(ticket), ticket);
  assert.deepEqual(newTickets().read(ticket), asked);
  assert.equal(newTickets(randomBytes(32)).read(ticket), undefined);
  assert.notEqual(newTickets().issue(asked, time.now + HOUR).ticket, ticket);
});

test('a ticket that was changed in any character, cut or lengthened is none', () => {
  const tickets = newTickets();
  const { ticket } = tickets.issue(asked, time.now + HOUR);
  for (let at = 0; at < ticket.length; at++) {
    const other = ticket[at] === 'B' ? 'C' : 'B';
    assert.equal(tickets.read(ticket.slice(0, at) + other + ticket.slice(at + 1)), undefined, `at ${at}`);
    assert.equal(tickets.read(ticket.slice(0, at)), undefined, `cut at ${at}`);
  }
  for (const more of ['A', '.', '.A']) assert.equal(tickets.read(ticket + more), undefined);
  assert.equal(tickets.read(''), undefined);
});

test('another agent’s words under one’s own HMAC are none', () => {
  const tickets = newTickets();
  const [mine, other] = [asked, newAsked()].map((one) =>
    tickets.issue(one, time.now + HOUR).ticket.split('.'),
  );
  for (const place of [4, 5, 6]) {
    const mixed = [...(mine ?? [])];
    mixed[place] = other?.[place] ?? '';
    assert.equal(tickets.read(mixed.join('.')), undefined);
  }
});

test('a ticket ends with its session, and after two days in any case', () => {
  const tickets = newTickets();
  const begin = time.now;
  const short = tickets.issue(asked, begin + HOUR);
  const long = tickets.issue(asked, begin + 1000 * HOUR);
  assert.deepEqual([short.expiresAt, long.expiresAt], [begin + HOUR, begin + 48 * HOUR]);
  time.now = short.expiresAt;
  assert.notEqual(tickets.read(short.ticket), undefined);
  time.now += 1;
  assert.equal(tickets.read(short.ticket), undefined);
  time.now = long.expiresAt;
  assert.notEqual(tickets.read(long.ticket), undefined);
  time.now += 1;
  assert.equal(tickets.read(long.ticket), undefined);
  time.now = begin;
});

test('each day has a key of its own, and days that are over have none any more', () => {
  const tickets = newTickets();
  const { ticket } = tickets.issue(asked, time.now + HOUR);
  const [version, day, , ...rest] = ticket.split('.');
  const forged = (ofDay: number, under: number): string => {
    const words = [version, ofDay, time.now + HOUR, ...rest.slice(0, -1)].join('.');
    const dayKey = createHmac('sha256', key).update(`nightlatch reconnect ticket key v1\0${under}`).digest();
    return `${words}.${createHmac('sha256', dayKey).update(words).digest('base64url')}`;
  };
  const today = Number(day);
  assert.notEqual(tickets.read(forged(today, today)), undefined);
  assert.equal(tickets.read(forged(today, today - 1)), undefined);
  for (const far of [today - 3, today + 2]) assert.equal(tickets.read(forged(far, far)), undefined);
});
