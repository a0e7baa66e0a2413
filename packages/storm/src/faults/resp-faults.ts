import type { Fault, Passage, Passing } from './resp-proxy.ts';

const as = (...send: Buffer[]): Passage => ({ send });

/** Strikes once: the reply with this index, of whichever connection has one first. All others pass. */
function once(at: number, strike: (reply: Passing) => Passage): Fault {
  let struck = false;
  return () => (reply) => {
    if (struck || reply.index < at) return as(reply.bytes);
    struck = true;
    return strike(reply);
  };
}

/** A reply never comes; the next ones do. */
export const dropped = (at: number): Fault => once(at, () => as());

export const repeated = (at: number): Fault => once(at, ({ bytes }) => as(bytes, bytes));

/** A reply comes after the one that follows it. */
export function swapped(at: number): Fault {
  let struckBy: number | null = null;
  return () => {
    let held: Buffer | null = null;
    return ({ bytes, index, connection }) => {
      if (struckBy === null && index >= at) {
        struckBy = connection;
        held = Buffer.from(bytes);
        return as();
      }
      const late = held;
      held = null;
      return late === null ? as(bytes) : as(bytes, late);
    };
  };
}

/** A reply, and everything behind it, comes late. */
export const delayed = (at: number, milliseconds: number): Fault =>
  once(at, ({ bytes }) => ({ send: [bytes], delayMilliseconds: milliseconds }));

/** Only the first half of a reply comes; the next ones follow on it. */
export const truncated = (at: number): Fault =>
  once(at, ({ bytes }) => as(bytes.subarray(0, Math.ceil(bytes.length / 2))));

/** Every reply comes in small pieces. */
export const split =
  (pieceBytes: number): Fault =>
  () =>
  ({ bytes }) =>
    as(
      ...Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, piece) =>
        bytes.subarray(piece * pieceBytes, (piece + 1) * pieceBytes),
      ),
    );

/** Before a reply comes something that nobody asked for. */
export const unsolicited = (at: number, stray: string): Fault =>
  once(at, ({ bytes }) => as(Buffer.from(stray, 'latin1'), bytes));

/** The connection is reset in the middle of a reply. */
export const resetInside = (at: number): Fault =>
  once(at, ({ bytes }) => ({ send: [bytes.subarray(0, Math.ceil(bytes.length / 2))], reset: true }));

/** The connection stays open and nothing comes on it any more. */
export const halfOpen = (at: number): Fault => once(at, () => ({ send: [], silent: true }));

/** How often, of all replies, one is lost, comes twice, comes after the next, or comes late. 0 to 1. */
export interface ReplyRates {
  readonly drop: number;
  readonly repeat: number;
  readonly swap: number;
  readonly delay: number;
  readonly delayMilliseconds: number;
}

/** Strikes again and again, on every connection. @param random from 0 to below 1 */
export const often =
  ({ drop, repeat, swap, delay, delayMilliseconds }: ReplyRates, random: () => number): Fault =>
  () => {
    let held: Buffer | null = null;
    return ({ bytes }) => {
      const late = held;
      held = null;
      if (late !== null) return as(bytes, late);
      const chance = random();
      if (chance < drop) return as();
      if (chance < drop + repeat) return as(bytes, bytes);
      if (chance < drop + repeat + swap) {
        held = Buffer.from(bytes);
        return as();
      }
      return chance < drop + repeat + swap + delay ? { send: [bytes], delayMilliseconds } : as(bytes);
    };
  };

/** How often, of all answers, one is dropped, repeated, changes places with the next, or is an earlier one. 0 to 1. */
export interface AnswerRates {
  readonly drop: number;
  readonly repeat: number;
  readonly swap: number;
  readonly earlier: number;
}

/** An answer with its question: what the verified cache looks at. Other replies are let through. */
const ANSWER = '*2\r\n';
const ANSWERS_REMEMBERED = 64;

/** Strikes again and again, by chance. An earlier answer may be that of another connection. */
export function byChance({ drop, repeat, swap, earlier }: AnswerRates, random: () => number): Fault {
  const answers: Buffer[] = [];
  return () => {
    let held: Buffer | null = null;
    return ({ bytes }) => {
      if (bytes.toString('latin1', 0, ANSWER.length) !== ANSWER) return as(bytes);
      const old = answers.at(Math.floor(random() * answers.length)) ?? bytes;
      if (answers.push(Buffer.from(bytes)) > ANSWERS_REMEMBERED) answers.shift();
      const late = held;
      held = null;
      if (late !== null) return as(bytes, late);
      const chance = random();
      if (chance < drop) return as();
      if (chance < drop + repeat) return as(bytes, bytes);
      if (chance < drop + repeat + earlier) return as(old);
      if (chance >= drop + repeat + earlier + swap) return as(bytes);
      held = Buffer.from(bytes);
      return as();
    };
  };
}
