import { Readable } from 'node:stream';
import { NightlatchError } from '@nightlatch/protocol/errors';
import type { StreamMessage } from '@nightlatch/protocol/events';
import type { AccountId } from '@nightlatch/protocol/ids';
import type { FastifyReply } from 'fastify';
import { type AskedHome, homeKeys } from '../gate/asked.ts';
import type { Grant } from '../gate/grant.ts';
import type { MemberContent } from '../gate/member.ts';
import type { EgressParts } from './egress.ts';
import { createInbox } from './inbox.ts';
import { memberAsOfNow } from './watch.ts';

export interface StreamLimits {
  readonly streamsPerAccountMax: number;
  readonly streamsMax: number;
  /** Messages that wait for a slow reader; with one more the stream ends, and the reader begins anew. */
  readonly waitingMax: number;
  /** The gate is asked at least this often, also when there is nothing to tell. */
  readonly heartbeatMilliseconds: number;
}

const LIMITS: StreamLimits = {
  streamsPerAccountMax: 12,
  streamsMax: 4000,
  waitingMax: 64,
  heartbeatMilliseconds: 15_000,
};

const write = (message: StreamMessage): string => `data: ${JSON.stringify(message)}\n\n`;

/**
 * Server-sent events: only that something is new. Before every message, and at every heartbeat, the gate is asked
 * again; when it does not say yes, for whatever reason, the stream ends.
 */
export function streamEgress({ gate, hub, headers, take }: EgressParts, given: Partial<StreamLimits>) {
  const limits = { ...LIMITS, ...given };
  const open = new Map<AccountId, Set<() => void>>();
  const count = (): number => [...open.values()].reduce((sum, streams) => sum + streams.size, 0);
  const mayStill = memberAsOfNow({ gate, take });

  async function* messages(asked: AskedHome, inbox: ReturnType<typeof createInbox>): AsyncGenerator<string> {
    inbox.put({ kind: 'ready' });
    yield 'retry: 3000\n\n';
    while (true) {
      const news = await inbox.next(limits.heartbeatMilliseconds);
      if (news === 'closed' || !(await mayStill(asked))) return;
      yield news === 'nothing' ? ': still here\n\n' : write(news);
    }
  }

  const stream = async (
    grant: Grant<MemberContent>,
    asked: AskedHome,
    reply: FastifyReply,
  ): Promise<FastifyReply> => {
    take(grant, { what: 'member', ...homeKeys(asked) });
    const { account, home } = asked;
    const ofAccount = open.get(account) ?? new Set();
    if (ofAccount.size >= limits.streamsPerAccountMax || count() >= limits.streamsMax)
      throw new NightlatchError(
        'too-many-attempts',
        'Too many pages are open. Close some, and this one goes on.',
        {
          retryAfterSeconds: 15,
        },
      );
    const inbox = createInbox(limits.waitingMax);
    const close = () => inbox.close();
    open.set(account, ofAccount.add(close));
    const stops = [
      hub.onHome(home, (message) => inbox.put(message)),
      // No message, but the question whether this may go on, at once.
      hub.onAccess(account, () => inbox.wake()),
      hub.onMissed(() => inbox.put({ kind: 'ready' })),
    ];
    const body = Readable.from(messages(asked, inbox), { objectMode: false, highWaterMark: 1024 });
    body.once('close', () => {
      for (const stop of stops) stop();
      close();
      ofAccount.delete(close);
      if (ofAccount.size === 0 && open.get(account) === ofAccount) open.delete(account);
    });
    // A generator that waits for news does not notice that its reader is gone.
    reply.raw.once('close', close);
    return reply
      .headers({
        ...headers,
        'content-type': 'text/event-stream',
        'x-accel-buffering': 'no',
        connection: 'close',
      })
      .send(body);
  };

  return {
    stream,
    /** Ends every stream, for a server that stops. */
    endStreams: (): void => {
      for (const streams of open.values()) for (const close of streams) close();
    },
  };
}
