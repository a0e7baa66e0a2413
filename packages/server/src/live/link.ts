import type { AgentId, HomeId } from '@nightlatch/protocol/ids';
import { LIVE_CLOSE, LIVE_MESSAGE_BYTES_MAX, LinkNews, type LinkOrder } from '@nightlatch/protocol/live';
import type { WebSocket } from 'ws';
import type { Hub } from '../hub/hub.ts';
import type { Comeback } from './comeback.ts';
import type { Relay } from './relay.ts';
import { closeSoon, cutWhenSilent, textOf } from './sockets.ts';

/** The gate is asked at least this often whether the link may stay. */
const RECHECK_MILLISECONDS = 15_000;
/** Orders that wait for an agent that does not read them. */
const ORDER_BYTES_WAITING_MAX = 1024 * 1024;

/** Hears whether the access of an agent may have changed, from before the gate is asked for it. */
export interface AccessHeed {
  /** From now on `look` is called for each change; at once, if there has been one already. */
  begin(look: () => void): void;
  stop(): void;
}

export function heedAccess(hub: Pick<Hub, 'onAccess' | 'onMissed'>, agent: AgentId): AccessHeed {
  let hasChanged = false;
  let heard = (): void => {
    hasChanged = true;
  };
  const stops = [hub.onAccess(agent, () => heard()), hub.onMissed(() => heard())];
  return {
    begin: (look) => {
      heard = look;
      if (hasChanged) look();
    },
    stop: () => {
      for (const stop of stops) stop();
    },
  };
}

/** Joins the socket of an agent to the relay, for as long as `mayStay` says yes. */
export function openLink(options: {
  readonly socket: WebSocket;
  readonly agent: AgentId;
  readonly home: HomeId;
  readonly relay: Pick<Relay, 'link'>;
  readonly hub: Pick<Hub, 'onHome'>;
  /** Begun before the gate was asked whether there may be this link; stopped when it ends. */
  readonly access: AccessHeed;
  /**
   * Whether the agent's session lives and it is pinned at this home, as of now. A throw is no answer, and the link stays:
   * it hands nothing out, for every record that leaves has the gate's own word, the pin included. Otherwise a database
   * that is away for a moment would make all agents connect anew at once.
   */
  readonly mayStay: () => Promise<boolean>;
  /** What the agent is told for the day when it has to come back. */
  readonly comeback: Comeback;
}): void {
  const { socket, agent, home, relay, hub, access, mayStay, comeback } = options;
  cutWhenSilent(socket);
  const send = (order: LinkOrder): void => {
    if (socket.bufferedAmount > ORDER_BYTES_WAITING_MAX) socket.terminate();
    else socket.send(JSON.stringify(order));
  };
  const side = relay.link(agent, home, {
    order: send,
    close: (code) => closeSoon(socket, code),
  });
  const look = async (): Promise<void> => {
    if (!(await mayStay().catch(() => true))) {
      side.ended();
      closeSoon(socket, LIVE_CLOSE.ended);
      return;
    }
    const order = await comeback.renewed().catch(() => undefined);
    if (order !== undefined && socket.readyState === socket.OPEN) send(order);
  };
  const stopHearing = hub.onHome(home, ({ kind }) => {
    if (kind === 'log') send({ kind: 'log' });
  });
  const timer = setInterval(() => void look(), RECHECK_MILLISECONDS);
  timer.unref();
  send(comeback.order());
  access.begin(() => void look());

  socket.on('message', (data, isBinary) => {
    if (socket.readyState !== socket.OPEN) return;
    try {
      if (isBinary && Buffer.isBuffer(data)) side.record(data);
      else side.news(LinkNews.parse(JSON.parse(textOf(data, isBinary, LIVE_MESSAGE_BYTES_MAX) ?? '')));
    } catch {
      side.ended();
      closeSoon(socket, LIVE_CLOSE.malformed);
    }
  });
  socket.once('close', () => {
    clearInterval(timer);
    stopHearing();
    access.stop();
    comeback.leave();
    side.ended();
  });
}
