import { NightlatchError } from '@nightlatch/protocol/errors';
import type { AccountId, AgentId, DeliveryId } from '@nightlatch/protocol/ids';
import {
  LIVE_CLOSE,
  LIVE_MESSAGE_BYTES_MAX,
  LiveGrant,
  LiveRequest,
  type LiveTrouble,
  ViewerMessage,
  type ViewerNews,
} from '@nightlatch/protocol/live';
import { unverifiedPayload } from '@nightlatch/vault/signing';
import type { WebSocket } from 'ws';
import type { z } from 'zod';
import { type AskedCamera, type CameraContent, cameraKeys } from '../gate/camera.ts';
import type { Grant } from '../gate/grant.ts';
import type { LiveSubject } from '../live/record.ts';
import type { Viewer, Watching } from '../live/relay.ts';
import { closeSoon, cutOff, cutWhenSilent, textOf } from '../live/sockets.ts';
import type { EgressParts } from './egress.ts';
import { createPace } from './pace.ts';

export interface LiveLimits {
  /** A wall of cameras in a few tabs. */
  readonly watchesPerAccountMax: number;
  readonly watchesMax: number;
  /** How long somebody may be connected without saying what for. */
  readonly requestMilliseconds: number;
  /** The gate is asked at least this often while a picture runs, also when nobody has told of a change. */
  readonly recheckMilliseconds: number;
  /** A gate that has not answered after this has said no. */
  readonly patienceMilliseconds: number;
  /** While more than this waits for a viewer, nothing more is sent; then it goes on at a key frame. See `createPace`. */
  readonly waitingBytesMax: number;
  /** What may wait for all viewers of an account together: a large key frame or burst may wait for each, beyond the above. */
  readonly waitingBytesPerAccountMax: number;
  /** Grants and troubles that wait for a viewer who does not read; with one more it has to come again. */
  readonly newsWaitingMax: number;
  readonly spanMilliseconds: number;
}

const LIMITS: LiveLimits = {
  watchesPerAccountMax: 128,
  watchesMax: 8000,
  requestMilliseconds: 10_000,
  recheckMilliseconds: 1_000,
  patienceMilliseconds: 2_000,
  // A second of a camera at 2 Mbit/s.
  waitingBytesMax: 256 * 1024,
  // The beginnings of a wall of sixteen cameras, all at once.
  waitingBytesPerAccountMax: 64 * 1024 * 1024,
  newsWaitingMax: 16,
  spanMilliseconds: 15_000,
};

/** Troubles after which the viewer has to ask anew; with the others the watch goes on. */
const CLOSES: Partial<Record<LiveTrouble, number>> = {
  'agent-offline': LIVE_CLOSE.away,
  busy: LIVE_CLOSE.busy,
  refused: LIVE_CLOSE.ended,
  ended: LIVE_CLOSE.ended,
};

/** What the viewers of one account have open and under way. */
interface OfAccount {
  watches: number;
  waitingBytes: number;
}

/** Resolves to false when `question` throws or takes too long. */
async function withPatience(question: Promise<boolean>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  try {
    return await Promise.race([question, tooLate]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The way out of live pictures. The delivery is written down before the agent is even asked; each grant and each
 * record is compared with what this session asked for; and the gate is asked again and again while the picture runs.
 */
export function liveEgress(parts: EgressParts, given: Partial<LiveLimits>) {
  const limits = { ...LIMITS, ...given };
  const underWay = new Map<AccountId, OfAccount>();
  const open = new Set<{ readonly close: () => void; readonly settled: Promise<void> }>();
  let stopped = false;

  const reserve = (account: AccountId): { readonly ofAccount: OfAccount; readonly release: () => void } => {
    const ofAccount = underWay.get(account) ?? { watches: 0, waitingBytes: 0 };
    if (ofAccount.watches >= limits.watchesPerAccountMax || open.size >= limits.watchesMax)
      throw new NightlatchError('too-many-attempts', 'Too many live pictures are open. Close some of them.', {
        retryAfterSeconds: 15,
      });
    underWay.set(account, ofAccount);
    ofAccount.watches += 1;
    const release = (): void => {
      ofAccount.watches -= 1;
      if (ofAccount.watches === 0) underWay.delete(account);
    };
    return { ofAccount, release };
  };

  return {
    /** `upgrade` makes the socket, once it is sure that the caller may have one. */
    live: async (
      grant: Grant<CameraContent>,
      asked: AskedCamera,
      upgrade: () => Promise<WebSocket>,
    ): Promise<void> => {
      const { agent } = parts.take(grant, { what: 'camera', ...cameraKeys(asked) });
      const { ofAccount, release } = reserve(asked.account);
      try {
        const watch = serve({ parts, limits, asked, agent, ofAccount, socket: await upgrade() });
        open.add(watch);
        if (stopped) watch.close();
        void watch.settled.then(() => {
          open.delete(watch);
          release();
        });
      } catch (error) {
        release();
        throw error;
      }
    },
    /** Ends every live picture, and those that come later, for a server that stops; resolves when all of them are written down. */
    endLive: async (): Promise<void> => {
      stopped = true;
      const all = [...open];
      for (const watch of all) watch.close();
      await Promise.all(all.map(({ settled }) => settled));
    },
  };
}

interface Serving {
  readonly parts: EgressParts;
  readonly limits: LiveLimits;
  readonly asked: AskedCamera;
  readonly agent: AgentId;
  readonly ofAccount: OfAccount;
  readonly socket: WebSocket;
}

/** One viewer, from the upgrade until everything about it is written down. */
function serve({ parts, limits, asked, agent, ofAccount, socket }: Serving) {
  const { gate, take, hub, relay, refuse, sameLive } = parts;
  const { session, account, home, camera } = asked;
  let over = false;
  let watching: Watching | undefined;
  const spans = spanWriter(parts, asked, limits.spanMilliseconds, () => cut());

  const stop = (reason: 'left' | 'ended'): void => {
    over = true;
    watching?.leave(reason);
  };
  /** At once, in the middle of a record if need be. */
  function cut(): void {
    if (over) return;
    stop('ended');
    if (socket.bufferedAmount === 0) closeSoon(socket, LIVE_CLOSE.ended);
    else cutOff(socket);
  }
  const close = (code: number): void => {
    if (over) return;
    stop('left');
    closeSoon(socket, code);
  };

  const mayStill = async (): Promise<boolean> => {
    const content = take(await gate.camera(asked), { what: 'camera', ...cameraKeys(asked) });
    return content.agent === agent;
  };
  let asking = false;
  let again = false;
  const look = async (): Promise<void> => {
    again = true;
    if (asking) return;
    asking = true;
    while (again && !over) {
      again = false;
      if (!(await withPatience(mayStill(), limits.patienceMilliseconds))) cut();
    }
    asking = false;
  };
  const stops = [
    hub.onAccess(account, () => void look()),
    hub.onAccess(agent, () => void look()),
    hub.onMissed(() => void look()),
  ];
  const recheck = setInterval(() => void look(), limits.recheckMilliseconds);
  const noRequest = setTimeout(() => close(LIVE_CLOSE.malformed), limits.requestMilliseconds);
  // It may have changed between the gate's word and here.
  void look();

  let newsWaiting = 0;
  const tell = (news: ViewerNews): void => {
    if (over) return;
    if (newsWaiting >= limits.newsWaitingMax) {
      close(LIVE_CLOSE.away);
      return;
    }
    newsWaiting += 1;
    socket.send(JSON.stringify(news), () => {
      newsWaiting -= 1;
    });
  };
  const crossed = (what: string, granted: object): void => {
    refuse(what, granted);
    cut();
  };

  /** What the viewer has been told to expect: the records of this broadcast and no other. */
  const viewerOf = (ephemeralKey: string): Viewer => {
    let subject: LiveSubject | undefined;
    const pace = createPace(limits.waitingBytesMax);
    return {
      grant: (text) => {
        if (over) return;
        const granted = { home, camera, agent, viewer: account, ephemeralKey };
        const told = payloadOf(text, LiveGrant);
        if (told === undefined || !sameLive(told, granted))
          return crossed('a live grant says that it is for something else', granted);
        subject = Object.freeze({ home, camera, agent, broadcast: told.broadcast });
        tell({ kind: 'grant', grant: text });
      },
      begin: (bytes) => pace.begin(bytes),
      record: (record) => {
        if (over) return;
        const { bytes, kind } = record;
        if (subject === undefined || !sameLive(record.subject, subject))
          return crossed('a live record says that it is of something else', subject ?? asked);
        const keyFrame = kind === 'init' || record.keyFrame;
        const isFull = ofAccount.waitingBytes + bytes.length > limits.waitingBytesPerAccountMax;
        const waiting = isFull ? Number.POSITIVE_INFINITY : socket.bufferedAmount;
        if (pace.goes({ keyFrame, bytes: bytes.length }, waiting)) {
          ofAccount.waitingBytes += bytes.length;
          socket.send(bytes, () => {
            ofAccount.waitingBytes -= bytes.length;
          });
          spans.sent(bytes.length);
        } else if (kind === 'init') {
          // Without its beginning nothing of a broadcast can be played.
          close(LIVE_CLOSE.away);
        }
      },
      trouble: (reason) => {
        tell({ kind: 'trouble', reason });
        const code = CLOSES[reason];
        if (code !== undefined) close(code);
      },
    };
  };

  const begin = async (request: string): Promise<void> => {
    const wished = payloadOf(request, LiveRequest);
    // The agent judges it; what is not of this session does not even reach one.
    if (wished === undefined || !sameLive(wished, { home, camera, viewer: account }))
      return close(LIVE_CLOSE.malformed);
    const viewer = viewerOf(wished.ephemeralKey);
    // A page that is open all night while the agent is away asks again and again: that is nothing for the ledger.
    if (!relay.reaches(agent, home)) return viewer.trouble('agent-offline');
    spans.begin(await parts.ledger.record({ home, account, session, what: 'live', events: [], camera }));
    if (over) return;
    watching = relay.watch({ home, camera, agent, request }, viewer);
    // The relay may have ended it within that call.
    if (over) watching.leave('left');
  };
  let begun = false;
  socket.on('message', (data, isBinary) => {
    if (over) return;
    clearTimeout(noRequest);
    const message = messageOf(textOf(data, isBinary, LIVE_MESSAGE_BYTES_MAX));
    if (begun || message === undefined) return close(LIVE_CLOSE.malformed);
    begun = true;
    begin(message.request).catch(() => cut());
  });
  cutWhenSilent(socket);

  const settled = new Promise<void>((resolve) => {
    socket.once('close', () => {
      if (!over) stop('left');
      clearInterval(recheck);
      clearTimeout(noRequest);
      for (const end of stops) end();
      void spans.end().then(resolve);
    });
  });
  return { close: () => close(LIVE_CLOSE.away), settled };
}

/** What a signed text says of itself. Who signed it is for the agent or the viewer to verify; here it is a label. */
function payloadOf<Payload>(jws: string, schema: z.ZodType<Payload>): Payload | undefined {
  try {
    return unverifiedPayload(jws, schema);
  } catch {
    return undefined;
  }
}

function messageOf(text: string | undefined): ViewerMessage | undefined {
  try {
    return ViewerMessage.parse(JSON.parse(text ?? ''));
  } catch {
    return undefined;
  }
}

/** Writes down how a delivery goes on; `onDead` is called when the ledger does not take it. */
function spanWriter(
  { ledger }: Pick<EgressParts, 'ledger'>,
  { home, account }: AskedCamera,
  everyMilliseconds: number,
  onDead: () => void,
) {
  let delivery: DeliveryId | undefined;
  let began = performance.now();
  let bytes = 0;
  let writing = Promise.resolve();
  const write = (): void => {
    if (delivery === undefined || bytes === 0) return;
    const now = performance.now();
    const span = { home, account, delivery, milliseconds: now - began, bytes };
    began = now;
    bytes = 0;
    writing = writing.then(() => ledger.span(span)).catch(onDead);
  };
  const timer = setInterval(write, everyMilliseconds);
  return {
    begin: (written: DeliveryId): void => {
      delivery = written;
      began = performance.now();
    },
    sent: (count: number): void => {
      bytes += count;
    },
    end: async (): Promise<void> => {
      clearInterval(timer);
      write();
      await writing;
    },
  };
}
