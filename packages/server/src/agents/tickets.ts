import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { AgentId, HomeId, type RandomBytes } from '@nightlatch/protocol/ids';
import type { ReconnectTicket } from '@nightlatch/protocol/live';
import type { Clock } from '../foundation.ts';
import type { AskedLink } from '../gate/link.ts';

const DAY_MILLISECONDS = 86_400_000;
/** As long as a session that its agent does not prolong. */
const TICKET_DAYS = 2;

/** Reads and writes reconnect tickets. A ticket says who comes back, and nothing of what they may do. */
export interface Tickets {
  /** Good until the session ends, and two days at most. */
  issue(whose: AskedLink, sessionExpiresAt: number): { ticket: ReconnectTicket; expiresAt: number };
  /** Whose ticket this is; undefined when it was not issued here, was changed, or has run out. */
  read(ticket: string): AskedLink | undefined;
}

/**
 * A ticket is its words, `1.day.expires.id.session.agent.home`, and an HMAC over them: 6 µs to check where a signature
 * takes 160, and no question to the database. The key is another one each day, made from a key of this installation, so
 * that every process of the cloud knows it and none has to store it.
 */
export function createTickets(parts: {
  readonly key: Uint8Array;
  readonly clock: Clock;
  readonly random: RandomBytes;
}): Tickets {
  const { key, clock, random } = parts;
  const keys = new Map<number, KeyObject>();
  const dayOf = (time: number): number => Math.floor(time / DAY_MILLISECONDS);
  // With the bytes of a key an HMAC takes 18 µs here, for a key is made of them each time; with the key 3.
  const keyOf = (day: number): KeyObject => {
    const made =
      keys.get(day) ??
      createSecretKey(
        createHmac('sha256', key).update(`nightlatch reconnect ticket key v1\0${day}`).digest(),
      );
    if (keys.size > TICKET_DAYS + 2) keys.clear();
    keys.set(day, made);
    return made;
  };
  const macOf = (day: number, words: string): string =>
    createHmac('sha256', keyOf(day)).update(words).digest('base64url');

  return {
    issue: ({ tokenHash, agent, home }, sessionExpiresAt) => {
      const now = clock();
      const day = dayOf(now);
      const expiresAt = Math.min(sessionExpiresAt, now + TICKET_DAYS * DAY_MILLISECONDS);
      const id = Buffer.from(random(16)).toString('base64url');
      const words = ['1', day, expiresAt, id, tokenHash, agent, home].join('.');
      return { ticket: `${words}.${macOf(day, words)}`, expiresAt };
    },
    read: (ticket) => {
      const [version, day = '', expiresAt = '', id, tokenHash = '', agent, home, mac = '', ...more] =
        ticket.split('.');
      if (version !== '1' || !/^\d{1,9}$/.test(day) || more.length > 0) return undefined;
      const [now, today] = [clock(), dayOf(clock())];
      // Before anything is computed: days whose tickets have all run out have no key any more.
      if (Number(day) > today + 1 || Number(day) < today - TICKET_DAYS) return undefined;
      const expected = Buffer.from(
        macOf(Number(day), ['1', day, expiresAt, id, tokenHash, agent, home].join('.')),
      );
      const given = Buffer.from(mac);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
      if (!(now <= Number(expiresAt))) return undefined;
      return { tokenHash, agent: AgentId.parse(agent), home: HomeId.parse(home) };
    },
  };
}
