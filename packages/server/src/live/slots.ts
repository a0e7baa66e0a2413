import type { ReconnectSlot } from '@nightlatch/protocol/live';

export interface SlotLimits {
  /** Links that this process takes up in a second. */
  readonly perSecond: number | undefined;
  /** Not shorter, however few agents there are. */
  readonly windowMillisecondsMin: number;
}

const PER_SECOND = 500;
const WINDOW_MILLISECONDS_MIN = 5_000;
/** Longer, and somebody whose own connection broke would wait too long. A fleet of more than that has more processes. */
const WINDOW_MILLISECONDS_MAX = 300_000;
/** The fleet has changed by so much since somebody was told: it is told anew. */
const CHANGE_MIN = 0.25;
const GOLDEN_RATIO = 0.618_033_988_749_895;

/** Somebody's place among all who would come back. */
export interface Seat {
  slot(): ReconnectSlot;
  /** Whether the fleet has changed so much that the slot that was told last is no longer right. */
  isStale(): boolean;
  leave(): void;
}

/**
 * Hands out in advance when each agent comes back: the time is cut into windows, as long as this process needs to take
 * up all its links, and everybody has a position in every window. Whenever the cloud comes back, within one window
 * everybody has tried once, and never more together than can be served.
 */
export function createSlots({
  perSecond = PER_SECOND,
  windowMillisecondsMin = WINDOW_MILLISECONDS_MIN,
}: Partial<SlotLimits> = {}) {
  let fleet = 0;
  let seats = 0;
  const windowMilliseconds = (): number =>
    Math.round(
      Math.min(WINDOW_MILLISECONDS_MAX, Math.max(windowMillisecondsMin, (fleet / perSecond) * 1000)),
    );
  return {
    take: (): Seat => {
      // Multiples of the golden ratio lie evenly, however many there are.
      const position = (seats * GOLDEN_RATIO) % 1;
      let told = 0;
      let left = false;
      fleet += 1;
      seats += 1;
      return {
        slot: () => {
          told = windowMilliseconds();
          return { position, windowMilliseconds: told };
        },
        isStale: () => Math.abs(windowMilliseconds() / told - 1) > CHANGE_MIN,
        leave: () => {
          if (!left) fleet -= 1;
          left = true;
        },
      };
    },
  };
}
export type Slots = ReturnType<typeof createSlots>;
