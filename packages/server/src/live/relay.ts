import type { AgentId, BroadcastId, CameraId, HomeId, RandomBytes, WatchId } from '@nightlatch/protocol/ids';
import { newWatchId } from '@nightlatch/protocol/ids';
import { LIVE_CLOSE, type LinkNews, type LinkOrder, type LiveTrouble } from '@nightlatch/protocol/live';
import { type Broadcast, type BroadcastLimits, createBroadcast, type RecordSink } from './broadcast.ts';
import { type LiveRecord, readRecord } from './record.ts';

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
  /** Asks the agent for the picture. What comes of it goes to the viewer, until one of them leaves. */
  watch(asked: WatchAsked, viewer: Viewer): Watching;
  /** Takes an agent's link; an older one of the same agent is closed. */
  link(agent: AgentId, home: HomeId, peer: LinkPeer): LinkSide;
  /** Closes every link, for a server that stops. */
  close(): void;
}

export interface RelayLimits extends BroadcastLimits {
  readonly watchesPerLinkMax: number;
}

const LIMITS: RelayLimits = {
  keptBytesMax: 8 * 1024 * 1024,
  keptRecordsMax: 2048,
  watchesPerLinkMax: 1024,
};

interface Watch {
  readonly camera: CameraId;
  readonly viewer: Viewer;
  broadcast: Broadcast | undefined;
}

interface Link {
  readonly home: HomeId;
  readonly peer: LinkPeer;
  readonly watches: Map<WatchId, Watch>;
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

  const leaveBroadcast = (link: Link, watch: Watch): void => {
    const { broadcast } = watch;
    if (broadcast === undefined) return;
    watch.broadcast = undefined;
    broadcast.leave(watch.viewer);
    if (broadcast.empty) link.broadcasts.delete(broadcast.id);
  };

  const end = (agent: AgentId, link: Link): void => {
    if (links.get(agent) === link) links.delete(agent);
    for (const watch of link.watches.values()) {
      leaveBroadcast(link, watch);
      watch.viewer.trouble('agent-offline');
    }
    link.watches.clear();
  };

  const takeGrant = (link: Link, news: Extract<LinkNews, { kind: 'grant' }>): void => {
    const watch = link.watches.get(news.watch);
    // Whoever left while the answer was on its way has left.
    if (watch === undefined) return;
    leaveBroadcast(link, watch);
    const broadcast =
      link.broadcasts.get(news.broadcast) ?? createBroadcast(news.broadcast, watch.camera, limits);
    if (broadcast.camera !== watch.camera) throw new Error('a broadcast is of one camera');
    link.broadcasts.set(news.broadcast, broadcast);
    watch.broadcast = broadcast;
    watch.viewer.grant(news.grant);
    broadcast.join(watch.viewer);
  };

  const takeRecord = (link: Link, record: LiveRecord): void => {
    const { home, camera, broadcast: id } = record.label;
    if (home !== link.home) throw new Error('a record is of another home than its link');
    const broadcast = link.broadcasts.get(id);
    // The last viewer has left while it was on its way.
    if (broadcast === undefined) return;
    if (camera !== broadcast.camera) throw new Error('a record is of another camera than its broadcast');
    broadcast.take(record);
  };

  return {
    watch: ({ home, camera, agent, request }, viewer) => {
      const link = links.get(agent);
      if (link === undefined || link.home !== home) {
        viewer.trouble('agent-offline');
        return NO_WATCHING;
      }
      if (link.watches.size >= limits.watchesPerLinkMax) {
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
      const link: Link = { home, peer, watches: new Map(), broadcasts: new Map() };
      if (older !== undefined) {
        end(agent, older);
        older.peer.close(LIVE_CLOSE.replaced);
      }
      links.set(agent, link);
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
        record: (bytes) => takeRecord(link, readRecord(bytes)),
        ended: () => end(agent, link),
      };
    },
    close: () => {
      for (const [agent, link] of [...links]) {
        end(agent, link);
        link.peer.close(LIVE_CLOSE.away);
      }
    },
  };
}
