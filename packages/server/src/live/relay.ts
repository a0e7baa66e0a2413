import type { AgentId, BroadcastId, CameraId, HomeId, RandomBytes, WatchId } from '@nightlatch/protocol/ids';
import { newWatchId } from '@nightlatch/protocol/ids';
import {
  LIVE_CLOSE,
  LIVE_INIT_BYTES_MAX,
  type LinkNews,
  type LinkOrder,
  type LiveTrouble,
} from '@nightlatch/protocol/live';
import { type Broadcast, createBroadcast, type RecordSink } from './broadcast.ts';
import { LiveRecord } from './record.ts';

/** The far end of a watch; only the egress makes one. None of these throws. */
export interface Viewer extends RecordSink {
  /** The agent's signed answer: what follows is this broadcast. */
  grant(grant: string): void;
  trouble(reason: LiveTrouble): void;
}

/** The socket of an agent. */
export interface LinkPeer {
  order(order: LinkOrder): void;
  close(code: number): void;
}

/** What comes from an agent. Throws when it makes no sense; the link then has to be closed. */
export interface LinkSide {
  news(news: LinkNews): void;
  record(bytes: Uint8Array): void;
  /** The link is gone: whoever watched over it is told. */
  ended(): void;
}

export interface WatchAsked {
  readonly home: HomeId;
  readonly camera: CameraId;
  readonly agent: AgentId;
  /** The viewer's signed request, which only the agent judges. */
  readonly request: string;
}

export interface Watching {
  leave(reason: 'left' | 'ended'): void;
}

export interface Relay {
  /** Whether the agent has a link for this home at the moment. */
  reaches(agent: AgentId, home: HomeId): boolean;
  /** Asks the agent for the picture. What comes of it goes to the viewer, until one of them leaves. */
  watch(asked: WatchAsked, viewer: Viewer): Watching;
  /** Takes an agent's link; an older one of the same agent is closed. */
  link(agent: AgentId, home: HomeId, peer: LinkPeer): LinkSide;
  /** Closes every link, and those that come later, for a server that stops. */
  close(): void;
}

export interface RelayLimits {
  readonly watchesPerLinkMax: number;
  readonly watchesPerCameraMax: number;
}

const LIMITS: RelayLimits = {
  watchesPerLinkMax: 1024,
  watchesPerCameraMax: 512,
};

interface Watch {
  readonly camera: CameraId;
  readonly viewer: Viewer;
  broadcast: Broadcast | undefined;
}

interface Link {
  readonly agent: AgentId;
  readonly home: HomeId;
  readonly peer: LinkPeer;
  readonly watches: Map<WatchId, Watch>;
  /** Those that somebody is at. */
  readonly broadcasts: Map<BroadcastId, Broadcast>;
}

/** Nobody is at the other end. */
const NO_WATCHING: Watching = { leave: () => {} };

/**
 * Carries between the links of agents and those who watch. It has no key and knows no rights: the gate has been asked
 * before, the agent judges the request, and the egress compares every record with what was granted.
 */
export function createRelay(options: {
  readonly random: RandomBytes;
  readonly limits?: Partial<RelayLimits>;
}): Relay {
  const { random } = options;
  const limits = { ...LIMITS, ...options.limits };
  const links = new Map<AgentId, Link>();
  let stopped = false;

  const watchesOf = (link: Link, camera: CameraId): number =>
    link.watches.values().reduce((count, watch) => count + (watch.camera === camera ? 1 : 0), 0);

  const leaveBroadcast = (link: Link, watch: Watch): void => {
    const { broadcast } = watch;
    if (broadcast === undefined) return;
    watch.broadcast = undefined;
    broadcast.leave(watch.viewer);
    if (broadcast.empty) link.broadcasts.delete(broadcast.id);
  };

  const end = (link: Link): void => {
    if (links.get(link.agent) === link) links.delete(link.agent);
    const watches = [...link.watches.values()];
    link.watches.clear();
    link.broadcasts.clear();
    for (const { viewer } of watches) viewer.trouble('agent-offline');
  };

  const takeGrant = (link: Link, news: Extract<LinkNews, { kind: 'grant' }>): void => {
    const watch = link.watches.get(news.watch);
    // Whoever left while the answer was on its way has left.
    if (watch === undefined) return;
    const broadcast = link.broadcasts.get(news.broadcast) ?? createBroadcast(news.broadcast, watch.camera);
    if (broadcast.camera !== watch.camera) throw new Error('a broadcast is of one camera');
    if (watch.broadcast === broadcast) throw new Error('a watch is granted a broadcast once');
    leaveBroadcast(link, watch);
    watch.viewer.grant(news.grant);
    // A grant that is not for this viewer has ended its watch within that call.
    if (link.watches.get(news.watch) !== watch) return;
    link.broadcasts.set(broadcast.id, broadcast);
    broadcast.join(watch.viewer);
    watch.broadcast = broadcast;
  };

  const takeRecord = (link: Link, record: LiveRecord): void => {
    const { home, camera, broadcast: id } = record.subject;
    if (home !== link.home) throw new Error('a record is of another home than its link');
    if (record.kind === 'init' && record.bytes.length > LIVE_INIT_BYTES_MAX)
      throw new Error('the beginning of a broadcast is longer than any is');
    const broadcast = link.broadcasts.get(id);
    // The last viewer has left while it was on its way.
    if (broadcast === undefined) return;
    if (camera !== broadcast.camera) throw new Error('a record is of another camera than its broadcast');
    broadcast.take(record);
  };

  return {
    reaches: (agent, home) => links.get(agent)?.home === home,
    watch: ({ home, camera, agent, request }, viewer) => {
      const link = links.get(agent);
      if (link === undefined || link.home !== home) {
        viewer.trouble('agent-offline');
        return NO_WATCHING;
      }
      if (
        link.watches.size >= limits.watchesPerLinkMax ||
        watchesOf(link, camera) >= limits.watchesPerCameraMax
      ) {
        viewer.trouble('busy');
        return NO_WATCHING;
      }
      const id = newWatchId(random);
      const watch: Watch = { camera, viewer, broadcast: undefined };
      link.watches.set(id, watch);
      link.peer.order({ kind: 'watch', watch: id, home, camera, request });
      return {
        leave: (reason) => {
          if (!link.watches.delete(id)) return;
          leaveBroadcast(link, watch);
          link.peer.order({ kind: 'leave', watch: id, reason });
        },
      };
    },
    link: (agent, home, peer) => {
      const older = links.get(agent);
      const link: Link = { agent, home, peer, watches: new Map(), broadcasts: new Map() };
      if (older !== undefined) {
        end(older);
        older.peer.close(LIVE_CLOSE.replaced);
      }
      if (stopped) peer.close(LIVE_CLOSE.away);
      else links.set(agent, link);
      return {
        news: (news) => {
          if (news.kind === 'grant') return takeGrant(link, news);
          const watch = link.watches.get(news.watch);
          if (watch === undefined) return;
          leaveBroadcast(link, watch);
          // While the camera is away the watch stays: a new grant comes when it is back.
          if (news.reason !== 'camera-offline') link.watches.delete(news.watch);
          watch.viewer.trouble(news.reason);
        },
        record: (bytes) => takeRecord(link, new LiveRecord(bytes, agent)),
        ended: () => end(link),
      };
    },
    close: () => {
      stopped = true;
      for (const link of [...links.values()]) {
        end(link);
        link.peer.close(LIVE_CLOSE.away);
      }
    },
  };
}
