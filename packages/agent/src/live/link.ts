import { LIVE_CLOSE, LinkNews, LinkOrder } from '@nightlatch/protocol/live';
import type { WebSocket } from 'ws';
import type { CloudClient } from '../uplink/client.ts';
import type { Clock } from '../uplink/clock.ts';
import type { ComebackStore } from '../uplink/comeback.ts';
import { CloudAway, CloudRefusal, SessionEnded } from '../uplink/failures.ts';
import { comebackMilliseconds, slotMilliseconds } from '../uplink/retry.ts';
import { openSocket } from './socket.ts';
import type { Waiting } from './throttle.ts';

/** What is about live view; what is about the link itself stays here. */
export type LiveOrder = Exclude<LinkOrder, { kind: 'slot' }>;

export interface LinkParts {
  readonly serverUrl: string;
  readonly client: Pick<CloudClient, 'signedIn'>;
  readonly clock: Clock;
  readonly comeback: ComebackStore;
  /** Another way to a socket than over the network of this process. */
  readonly open?: typeof openSocket;
  /** Milliseconds by a clock that never goes back. */
  readonly monotonic: () => number;
  /** Random, from 0 to 1. */
  readonly fraction: () => number;
  /** False when it makes no sense: the link is closed. */
  readonly onOrder: (order: LiveOrder) => boolean;
  readonly onLost: () => void;
  readonly log: (level: 'info' | 'warn', message: string) => void;
}

/** The standing connection with the cloud. What is given to it while there is none is lost. */
export interface Link {
  tell(news: LinkNews): void;
  record(record: Uint8Array<ArrayBuffer>): void;
  waiting(): Waiting;
  /** Resolves when all that was given to it before has arrived, or is lost. */
  arrived(): Promise<void>;
  /** Keeps a connection for as long as the signal allows. */
  run(signal: AbortSignal): Promise<void>;
}

const PING_MILLISECONDS = 15_000;
/** Three of its answers missed. */
export const SILENCE_MILLISECONDS_MAX = 45_000;
/** A link that lasted this long was a good one: the next failure is the first again. */
const GOOD_LINK_MILLISECONDS = 60_000;
/** Another agent with the same key has the link, or the cloud knows no links: soon is no better than later. */
const UNWANTED_SECONDS = 120;
/** How often, while records are sent, a ping among them asks how far they have come. */
const MARK_MILLISECONDS = 100;
const MARKS_MAX = 64;

interface Mark {
  readonly sentAt: number;
  readonly answered: PromiseWithResolvers<void>;
}

interface Connection {
  readonly socket: WebSocket;
  /** Pings that are not answered yet. What was sent before an answered one has arrived. */
  readonly marks: Map<number, Mark>;
  lastMark: number;
  lastMarkAt: number;
  heardAt: number;
}

export function createLink(parts: LinkParts): Link {
  const { serverUrl, client, clock, comeback, monotonic, open = openSocket } = parts;
  let connection: Connection | null = null;

  function mark(to: Connection) {
    to.lastMarkAt = monotonic();
    if (to.marks.size >= MARKS_MAX) return;
    to.lastMark += 1;
    to.marks.set(to.lastMark, { sentAt: to.lastMarkAt, answered: Promise.withResolvers() });
    to.socket.ping(String(to.lastMark));
  }
  function arrived(at: Connection, pong: Buffer) {
    at.heardAt = monotonic();
    const answered = Number(pong.toString());
    forget(at, answered);
  }
  function forget(at: Connection, upTo: number) {
    for (const [number, { answered }] of at.marks) {
      if (number > upTo) continue;
      at.marks.delete(number);
      answered.resolve();
    }
  }
  function hear(at: Connection, data: Buffer, isBinary: boolean) {
    at.heardAt = monotonic();
    const order = isBinary ? null : orderOf(data.toString('utf8'));
    if (order?.kind === 'slot') {
      const { slot, ticket, ticketExpiresAt } = order;
      comeback.keep({ slot, ticket: { ticket, expiresAt: ticketExpiresAt } });
    } else if (order === null || !parts.onOrder(order)) at.socket.close(LIVE_CLOSE.malformed);
  }

  /** Until the connection is gone: the code that it was closed with. */
  function serve(socket: WebSocket): { closed: Promise<number> } {
    const mine: Connection = {
      socket,
      marks: new Map(),
      lastMark: 0,
      lastMarkAt: monotonic(),
      heardAt: monotonic(),
    };
    connection = mine;
    const ended = new AbortController();
    const closed = new Promise<number>((resolve) => {
      socket.once('close', (code) => {
        ended.abort();
        connection = null;
        forget(mine, Number.POSITIVE_INFINITY);
        parts.onLost();
        resolve(code);
      });
    });
    socket.on('pong', (data) => arrived(mine, data));
    socket.on('message', (data, isBinary) => {
      // Nothing that comes after a message without sense is listened to.
      if (socket.readyState === socket.OPEN && Buffer.isBuffer(data)) hear(mine, data, isBinary);
    });
    void watchOver(mine, ended.signal);
    return { closed };
  }
  async function watchOver(at: Connection, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (monotonic() - at.heardAt > SILENCE_MILLISECONDS_MAX) return at.socket.terminate();
      mark(at);
      await clock.sleep(PING_MILLISECONDS, signal);
    }
  }

  const openBy = (authorization: string, signal: AbortSignal) =>
    open({ serverUrl, authorization, now: clock.now, signal }, serve);
  /** By the ticket where there is one that is good; the cloud may think otherwise. */
  async function comeBack(signal: AbortSignal) {
    const { ticket } = comeback.kept;
    if (ticket !== null && clock.now() < ticket.expiresAt)
      try {
        return await openBy(`Ticket ${ticket.ticket}`, signal);
      } catch (error) {
        if (!(error instanceof SessionEnded)) throw error;
        comeback.keep({ ticket: null });
      }
    return client.signedIn((token) => openBy(`Bearer ${token}`, signal));
  }

  /** One connection, from its beginning to its end: why there is none any more. */
  async function once(signal: AbortSignal, failures: number): Promise<unknown> {
    try {
      const { closed } = await comeBack(signal);
      if (failures > 0) parts.log('info', 'The link with the cloud is up again.');
      if ((await closed) !== LIVE_CLOSE.replaced) return null;
    } catch (error) {
      if (failures === 0 && !signal.aborted)
        parts.log('warn', 'There is no link with the cloud: live view has to wait.');
      if (!(error instanceof CloudRefusal)) return error;
    }
    parts.log('warn', 'The cloud does not want a link with this agent now.');
    return new CloudAway('no link is wanted', { retryAfterSeconds: UNWANTED_SECONDS });
  }

  return {
    tell: (news) => connection?.socket.send(JSON.stringify(LinkNews.parse(news))),
    record: (record) => {
      if (connection === null) return;
      connection.socket.send(record);
      if (monotonic() - connection.lastMarkAt >= MARK_MILLISECONDS) mark(connection);
    },
    waiting: () => {
      if (connection === null) return { bytes: 0, lagMilliseconds: 0 };
      const [oldest] = connection.marks.values();
      const now = monotonic();
      return { bytes: connection.socket.bufferedAmount, lagMilliseconds: now - (oldest?.sentAt ?? now) };
    },
    arrived: async () => {
      if (connection === null) return;
      mark(connection);
      // With too many marks already the last of them stands behind almost all that was sent.
      await connection.marks.get(connection.lastMark)?.answered.promise;
    },
    run: async (signal) => {
      let failures = 0;
      const { slot } = comeback.kept;
      if (slot !== null) await clock.sleep(slotMilliseconds(slot, clock.now()), signal);
      while (!signal.aborted) {
        const began = monotonic();
        const failure = await once(signal, failures);
        if (signal.aborted) return;
        failures = monotonic() - began >= GOOD_LINK_MILLISECONDS ? 1 : failures + 1;
        const { slot } = comeback.kept;
        const lost = { failures, error: failure, slot, now: clock.now(), fraction: parts.fraction() };
        await clock.sleep(comebackMilliseconds(lost), signal);
      }
    },
  };
}

function orderOf(text: string): LinkOrder | null {
  try {
    return LinkOrder.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
