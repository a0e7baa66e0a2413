import { type Breaker, type BreakerLimits, createBreaker } from './breaker.ts';
import { type Clock, type RandomBytes, unguessable } from './clock.ts';
import { CacheError } from './errors.ts';
import type { Observe } from './observe.ts';
import { type DoubtReason, loadScripts, type Proven, proveReplies } from './proof.ts';
import { SCRIPTS, type Script } from './scripts.ts';
import type { Transport, Wire } from './transport.ts';

export interface FarLimits extends BreakerLimits {
  /** How long a reply may take before its connection is given up. */
  readonly replyMilliseconds: number;
  /** For opening a connection and putting the scripts there. */
  readonly connectMilliseconds: number;
  /** Keys that are being asked for; above it reads go to the source. */
  readonly keysInFlightMax: number;
  /** Writes and leases under way. */
  readonly commandsInFlightMax: number;
  /** Larger ones are not stored, and not taken. */
  readonly envelopeBytesMax: number;
}

export interface FarParts {
  readonly transport: Transport;
  readonly limits: FarLimits;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly observe: Observe;
}

/** Gives up the connection that an answer came by. */
export type Doubt = (reason: DoubtReason) => void;

export interface Question {
  readonly wire: string;
  /** Null for nothing, or an envelope that nobody has opened yet. */
  readonly take: (found: string | null, doubt: Doubt) => void;
  readonly fail: (error: CacheError) => void;
}

export interface Answer {
  /** A word of the script. */
  readonly word: string;
  readonly envelope: string | undefined;
  readonly doubt: Doubt;
}

/** The shared store behind one connection at a time. */
export interface Far {
  /** All reads of one turn of the event loop go out together. */
  readonly read: (question: Question) => void;
  /** @throws CacheError `unreachable` */
  readonly call: (script: Script, keys: readonly string[], parameters: readonly string[]) => Promise<Answer>;
  /** Takes something away as soon as there is a connection; for what is not worth waiting for. */
  readonly discardLater: (wire: string, mac: string) => void;
  readonly close: () => void;
}

const KEYS_IN_FRAME_MAX = 128;
const DISCARDS_MAX = 1_000;
const NOWHERE = 'There is no connection to the cache.';

export function createFar({ transport, limits, clock, random, observe }: FarParts): Far {
  const breaker: Breaker = createBreaker(limits, clock, random);
  const discards = new Map<string, string>();
  let current: Proven | undefined;
  let closed = false;
  let keysInFlight = 0;
  let commandsInFlight = 0;
  let turn: Question[] = [];
  /** Ends the connection, the attempt at one, or the pause before it. */
  let stop: () => void = () => {};

  function connect(): void {
    let over = false;
    let proven: Proven | undefined;
    let opened: Wire | undefined;
    const lost = (cause: Error) => {
      if (over) return;
      over = true;
      late();
      current = undefined;
      if (proven === undefined) opened?.destroy();
      else proven.end(cause);
      if (closed) return;
      const retryMilliseconds = breaker.failed();
      observe({ type: 'disconnected', retryMilliseconds });
      stop = clock.after(retryMilliseconds, connect);
    };
    const late = clock.after(limits.connectMilliseconds, () => lost(new Error('connecting took too long')));
    stop = () => lost(new Error('closed'));
    const open = async () => {
      const wire = await transport.open(lost);
      opened = wire;
      if (over || closed) return wire.destroy();
      await loadScripts(wire, Object.values(SCRIPTS));
      if (over || closed) return wire.destroy();
      late();
      proven = proveReplies({
        wire,
        clock,
        connection: `${unguessable(random, 16)}.`,
        replyMilliseconds: limits.replyMilliseconds,
        onDoubt: (reason) => {
          observe({ type: 'doubt', reason });
          lost(new Error(reason));
        },
      });
      current = proven;
      breaker.opened();
      for (const [wire, mac] of discards) call(SCRIPTS.discard, [wire], [mac]).catch(() => {});
      discards.clear();
      observe({ type: 'connected' });
    };
    open().catch((error: unknown) => lost(error instanceof Error ? error : new Error(String(error))));
  }

  function send(): void {
    const questions = turn;
    turn = [];
    for (let from = 0; from < questions.length; from += KEYS_IN_FRAME_MAX)
      ask(questions.slice(from, from + KEYS_IN_FRAME_MAX));
  }

  function ask(questions: readonly Question[]) {
    const proven = current;
    const fail = (error: CacheError) => {
      for (const { fail } of questions) fail(error);
    };
    if (proven === undefined) return fail(new CacheError('unreachable', NOWHERE));
    keysInFlight += questions.length;
    const take = (found: unknown) => {
      keysInFlight -= questions.length;
      if (!isFound(found, questions.length)) {
        proven.doubt('wrong-shape');
        return fail(new CacheError('unreachable', 'The cache said something else than was asked.'));
      }
      let doubtful: DoubtReason | undefined;
      const doubt = (reason: DoubtReason) => {
        doubtful = reason;
        proven.doubt(reason);
      };
      for (const [at, question] of questions.entries()) {
        // What came in one frame with something doubtful is not believed either.
        if (doubtful === undefined) question.take(found[at] ?? null, doubt);
        else question.fail(new CacheError('unreachable', `It came with something doubtful: ${doubtful}.`));
      }
    };
    proven.read(questions.map(({ wire }) => wire)).then(take, (error: CacheError) => {
      keysInFlight -= questions.length;
      fail(error);
    });
  }

  async function call(
    script: Script,
    keys: readonly string[],
    parameters: readonly string[],
  ): Promise<Answer> {
    const proven = current;
    if (proven === undefined) throw new CacheError('unreachable', NOWHERE);
    if (commandsInFlight >= limits.commandsInFlightMax)
      throw new CacheError('unreachable', 'Too much is under way with the cache.');
    commandsInFlight++;
    try {
      const answer = await proven.call(script, keys, parameters);
      if (!isAnswer(answer)) {
        proven.doubt('wrong-shape');
        throw new CacheError('unreachable', 'The cache said something else than was asked.');
      }
      const [word, envelope] = answer;
      if (word === 'error')
        throw new CacheError('unreachable', `The cache could not ${script.name}: ${envelope}`);
      return { word, envelope, doubt: proven.doubt };
    } finally {
      commandsInFlight--;
    }
  }

  connect();
  return {
    call,
    read: (question) => {
      if (current === undefined) return question.fail(new CacheError('unreachable', NOWHERE));
      if (keysInFlight + turn.length >= limits.keysInFlightMax) {
        observe({ type: 'bypassed' });
        return question.fail(new CacheError('unreachable', 'Too much is under way with the cache.'));
      }
      if (turn.push(question) === 1) process.nextTick(send);
    },
    discardLater: (wire, mac) => {
      if (discards.size < DISCARDS_MAX) discards.set(wire, mac);
    },
    close: () => {
      closed = true;
      stop();
    },
  };
}

const isFound = (found: unknown, length: number): found is readonly (string | null)[] =>
  Array.isArray(found) &&
  found.length === length &&
  found.every((each) => each === null || typeof each === 'string');

const isAnswer = (answer: unknown): answer is readonly [string, string?] =>
  Array.isArray(answer) &&
  answer.length >= 1 &&
  answer.length <= 2 &&
  answer.every((each) => typeof each === 'string');
