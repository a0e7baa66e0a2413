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
