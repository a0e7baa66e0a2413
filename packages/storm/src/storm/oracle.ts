import { createHash } from 'node:crypto';
import type { AccountId, EventId, HomeId } from '@nightlatch/protocol/ids';
import type { Watermark } from './watermark.ts';

/** The ways by which something of a home comes to somebody. */
type Channel = 'list' | 'thumbnail' | 'log' | 'counts' | 'notice' | 'live';
export type ByChannel = Readonly<Record<Channel, number>>;

/** Something that came to somebody who may not have it. */
export interface Crossing {
  readonly channel: Channel | 'error' | 'opened';
  /** Whose app it came to. */
  readonly to: AccountId;
  /** Of which home it is; null where nobody ever made it. */
  readonly of: string | null;
}

/** Who asks, and when they began to, by the oracle's clock. */
export interface Asking {
  readonly account: AccountId;
  readonly since: number;
}

interface Access {
  readonly home: HomeId;
  /** When it ended; infinite while it lasts. */
  until: number;
}

const CROSSINGS_TOLD_MAX = 20;
/** So long after access has ended something may still come that was under way before. */
const GRACE_MILLISECONDS = 1_000;

const NONE: ByChannel = { list: 0, thumbnail: 0, log: 0, counts: 0, notice: 0, live: 0 };
const sumOf = (counts: ByChannel): number => Object.values(counts).reduce((sum, count) => sum + count, 0);

/**
 * Knows what each agent made and who may have it when, and judges what came to whom. It shares no code with the locks: it
 * goes by the ids and the hashes of what was sealed, which agents tell it before they send anything.
 *
 * @param now milliseconds of a clock that nobody sets
 */
export function createOracle(now: () => number = () => performance.now()) {
  const homeOfEvent = new Map<string, HomeId>();
  const homeOfBytes = new Map<string, HomeId>();
  const homeOfEntry = new Map<string, HomeId>();
  const accesses = new Map<AccountId, Access[]>();
  const acknowledged = new Map<HomeId, Set<EventId>>();
  /** How often each thumbnail came to each account. */
  const seen = new Map<string, number>();
  const crossings: Crossing[] = [];
  const deliveries = { ...NONE };
  const foreign = { ...NONE };
  let inErrors = 0;
  let opened = 0;
  let liveOpened = 0;
  let foreignOpened = 0;

  const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64url');
  const tell = (crossing: Crossing): void => {
    if (crossings.length < CROSSINGS_TOLD_MAX) crossings.push(crossing);
  };
  const mayHave = ({ account, since }: Asking, home: string | null): boolean => {
    const needed = Math.max(since, now() - GRACE_MILLISECONDS);
    return accesses.get(account)?.some((one) => one.home === home && one.until > needed) ?? false;
  };
  /** Something came by this channel. Answers whether it may. */
  const judge = (channel: Channel, to: AccountId, of: string | null, may: boolean): boolean => {
    deliveries[channel] += 1;
    if (may) return true;
    foreign[channel] += 1;
    tell({ channel, to, of });
    return false;
  };
  const judgeOf = (channel: Channel, asking: Asking, of: string | null): boolean =>
    judge(channel, asking.account, of, mayHave(asking, of));
  const homeOf = (account: AccountId): HomeId | undefined =>
    accesses.get(account)?.find(({ until }) => until === Number.POSITIVE_INFINITY)?.home;
  return {
    asking: (account: AccountId): Asking => ({ account, since: now() }),
    /** From now on this account has that home. To be told before the cloud is. */
    granted(account: AccountId, home: HomeId): void {
      const known = accesses.get(account) ?? [];
      accesses.set(account, [...known, { home, until: Number.POSITIVE_INFINITY }]);
    },
    /** From now on it has none. To be told when the cloud has it. */
    revoked(account: AccountId, home: HomeId): void {
      for (const access of accesses.get(account) ?? [])
        if (access.home === home) access.until = Math.min(access.until, now());
    },
    /** The home that it has now. */
    homeOf,
    made(home: HomeId, event: EventId, thumbnail: Uint8Array): void {
      homeOfEvent.set(event, home);
      homeOfBytes.set(digest(thumbnail), home);
    },
    /** A record of its live view, which an agent is about to send. */
    sealed(home: HomeId, record: Uint8Array): void {
      homeOfBytes.set(digest(record), home);
    },
    /** The log of a home. */
    wrote(home: HomeId, entries: readonly string[]): void {
      for (const entry of entries) homeOfEntry.set(entry, home);
    },
    acknowledged(home: HomeId, event: EventId): void {
      const known = acknowledged.get(home);
      if (known === undefined) acknowledged.set(home, new Set([event]));
      else known.add(event);
    },
    /** A row of the list came to somebody's app. */
    listed(asking: Asking, event: string): void {
      judgeOf('list', asking, homeOfEvent.get(event) ?? null);
    },
    /** An entry of a home log came to somebody's app. */
    logged(asking: Asking, entry: string): void {
      judgeOf('log', asking, homeOfEntry.get(entry) ?? null);
    },
    /**
     * A notice came over the stream of a home: of an event, or only that there is something new, which is the stream's. What
     * `asking` began is the stream, so that it may go on for a second after access has ended.
     */
    noticed(asking: Asking, stream: HomeId, event: string | null): void {
      judgeOf('notice', asking, event === null ? stream : (homeOfEvent.get(event) ?? null));
    },
    /** A live record came to somebody's app. What `asking` began is the watch, as with a stream. */
    watched(asking: Asking, record: Uint8Array): void {
      judgeOf('live', asking, homeOfBytes.get(digest(record)) ?? null);
    },
    /** How many bytes a home has came to somebody's app, with those of each camera: if they are not its parts, it is another's. */
    counted({ account }: Asking, bytes: number, ofCameras: readonly number[]): void {
      const isSum = ofCameras.reduce((sum, part) => sum + part, 0) === bytes;
      judge('counts', account, null, isSum);
    },
    /** Bytes of a thumbnail came to somebody's app. Answers whether they are what they may have. */
    came(asking: Asking, event: string, bytes: Uint8Array): boolean {
      const key = `${asking.account} ${event}`;
      seen.set(key, (seen.get(key) ?? 0) + 1);
      return judgeOf('thumbnail', asking, homeOfBytes.get(digest(bytes)) ?? null);
    },
    /** Something else than was asked for came, with a status that is no success: it may hold nothing of a home. */
    refused({ account }: Asking, bytes: Uint8Array): void {
      const of = homeOfBytes.get(digest(bytes));
      if (of === undefined) return;
      inErrors += 1;
      tell({ channel: 'error', to: account, of });
    },
    /** An app has verified and opened a picture, and would show it. */
    shown(asking: Asking, { home, event }: Watermark): void {
      opened += 1;
      if (event === null) liveOpened += 1;
      if (mayHave(asking, home)) return;
      foreignOpened += 1;
      tell({ channel: 'opened', to: asking.account, of: home });
    },
    acknowledgedOf: (home: HomeId): ReadonlySet<EventId> => acknowledged.get(home) ?? new Set(),
    /** Thumbnails that came and are not written down. `written`: how often, by account and event with a space between. */
    unwritten: (written: ReadonlyMap<string, number>): number =>
      seen.entries().reduce((sum, [key, times]) => sum + Math.max(0, times - (written.get(key) ?? 0)), 0),
    tally: () => ({
      ...{ deliveries: sumOf(deliveries), deliveriesByChannel: { ...deliveries } },
      ...{ foreignDeliveries: sumOf(foreign) + inErrors, foreignByChannel: { ...foreign } },
      ...{ opened, liveOpened, foreignOpened, crossings },
      eventsAcknowledged: acknowledged.values().reduce((sum, { size }) => sum + size, 0),
    }),
  };
}
export type Oracle = ReturnType<typeof createOracle>;
