import { NightlatchError } from '@nightlatch/protocol/errors';
import type { AccountId, AgentId } from '@nightlatch/protocol/ids';
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
import { type AskedCamera, cameraKeys } from '../gate/camera.ts';
import type { LiveSubject } from '../live/record.ts';
import type { Viewer, Watching } from '../live/relay.ts';
import { closeSoon, cutOff, cutWhenSilent, textOf } from '../live/sockets.ts';
import type { EgressParts } from './egress.ts';
import type { LiveLimits } from './live.ts';
import { createPace, type Paced } from './pace.ts';
import { spanWriter } from './span-writer.ts';
import { standingWord } from './standing-word.ts';

/** Troubles after which the viewer has to ask anew; with the others the watch goes on. */
const CLOSES: Partial<Record<LiveTrouble, number>> = {
  'agent-offline': LIVE_CLOSE.away,
  busy: LIVE_CLOSE.busy,
  refused: LIVE_CLOSE.ended,
  ended: LIVE_CLOSE.ended,
};

/** How long a goodbye may take after which nothing may go on. */
const CUT_MILLISECONDS = 100;

/** What the viewers of one account have open and under way. */
export interface OfAccount {
  watches: number;
  waitingBytes: number;
}

/** One viewer, from the upgrade until everything about it is written down. */
export interface Viewing {
  /** Asks the gate. */
  look(): void;
  /** The server stops. */
  close(): void;
  readonly settled: Promise<void>;
}

/** An agent that answers nobody must not use up what its owner may ask of others. */
export const watchSubject = (account: AccountId, agent: AgentId): string => `${account} ${agent}`;

export function view({
  parts,
  limits,
  asked,
  agent,
  isCounted,
  ofAccount,
  socket,
}: {
  readonly parts: EgressParts;
  readonly limits: LiveLimits;
  readonly asked: AskedCamera;
  readonly agent: AgentId;
  /** Whether it was counted already that it is opened. */
  readonly isCounted: boolean;
  readonly ofAccount: OfAccount;
  readonly socket: WebSocket;
}): Viewing {
  const { gate, take, hub, relay, refuse, sameLive } = parts;
  const { session, account, home, camera } = asked;
  let over = false;
  let watching: Watching | undefined;
  const spans = spanWriter(parts, asked, limits.spanMilliseconds, () => cut());

  const stop = (reason: 'left' | 'ended'): void => {
    over = true;
    word.end();
    watching?.leave(reason);
  };
  /** At once, in the middle of a record if need be. */
  function cut(code: number = LIVE_CLOSE.ended): void {
    if (over) return;
    stop('ended');
    if (socket.bufferedAmount === 0) closeSoon(socket, code, CUT_MILLISECONDS);
    else cutOff(socket);
  }
  const close = (code: number): void => {
    if (over) return;
    stop('left');
    closeSoon(socket, code);
  };

  const mayStill = async (): Promise<boolean> => {
    try {
      const content = take(await gate.camera(asked), { what: 'camera', ...cameraKeys(asked) });
      return content.agent === agent;
    } catch (error) {
      if (error instanceof NightlatchError && error.kind === 'not-found') return false;
      throw error;
    }
  };
  /** Grants and beginnings that came while no word stood. */
  let held: (() => void)[] = [];
  const word = standingWord({
    question: mayStill,
    limits,
    now: parts.now,
    on: {
      back: () => {
        const goes = held;
        held = [];
        for (const go of goes) go();
      },
      // What was handed over by a word that has run out would go on to whoever reads slowly.
      ranOut: () => {
        if (socket.bufferedAmount > 0) cut();
      },
      no: () => cut(),
      silent: () => cut(LIVE_CLOSE.away),
    },
  });
  /** Without these nothing can be played later, so that they wait for the next word; pictures do not. */
  const byWord = (go: () => void): void => {
    if (word.stands) go();
    else if (held.length < limits.newsWaitingMax) held.push(go);
    else close(LIVE_CLOSE.away);
  };
  const stops = [
    hub.onAccess(account, () => word.ask()),
    hub.onAccess(agent, () => word.ask()),
    hub.onMissed(() => word.ask()),
  ];
  const noRequest = setTimeout(() => close(LIVE_CLOSE.malformed), limits.requestMilliseconds);
  // It may have changed between the gate's word and here.
  word.ask();

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
  const send = (bytes: Uint8Array): void => {
    if (over) return;
    ofAccount.waitingBytes += bytes.length;
    socket.send(bytes, () => {
      ofAccount.waitingBytes -= bytes.length;
    });
    spans.sent(bytes.length);
  };

  /** What the viewer has been told to expect: the records of this broadcast and no other. */
  const viewerOf = (ephemeralKey: string): Viewer => {
    let subject: LiveSubject | undefined;
    const pace = createPace(limits.waitingBytesMax);
    const goes = (record: Paced): boolean => {
      const isFull = ofAccount.waitingBytes + record.bytes > limits.waitingBytesPerAccountMax;
      return pace.goes(record, isFull ? Number.POSITIVE_INFINITY : socket.bufferedAmount);
    };
    return {
      grant: (text) => {
        if (over) return;
        const granted = { home, camera, agent, viewer: account, ephemeralKey };
        const told = payloadOf(text, LiveGrant);
        if (told === undefined || !sameLive(told, granted))
          return crossed('a live grant says that it is for something else', granted);
        subject = Object.freeze({ home, camera, agent, broadcast: told.broadcast });
        byWord(() => tell({ kind: 'grant', grant: text }));
      },
      record: (record, isRepeated) => {
        if (over) return;
        const { bytes, kind, keyFrame } = record;
        if (subject === undefined || !sameLive(record.subject, subject))
          return crossed('a live record says that it is of something else', subject ?? asked);
        if (kind === 'init') {
          // Without its beginning nothing of a broadcast can be played.
          if (goes({ keyFrame: true, isRepeated, bytes: bytes.length })) byWord(() => send(bytes));
          else close(LIVE_CLOSE.away);
        } else if (!word.stands) pace.skip();
        else if (goes({ keyFrame, isRepeated, bytes: bytes.length })) send(bytes);
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
    await word.given;
    if (over) return;
    if (!relay.reaches(agent, home)) return viewer.trouble('agent-offline');
    // It has come back since this was opened. A limit that cannot be asked says no.
    const isWithin = () =>
      parts.watchLimit(watchSubject(account, agent)).then(
        () => true,
        () => false,
      );
    if (!isCounted && !(await isWithin())) return close(LIVE_CLOSE.busy);
    if (over) return;
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
      clearTimeout(noRequest);
      for (const end of stops) end();
      void spans.end().then(resolve);
    });
  });
  return { look: () => word.ask(), close: () => close(LIVE_CLOSE.away), settled };
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
