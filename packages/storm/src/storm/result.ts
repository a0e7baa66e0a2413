import type { Lock } from './locks.ts';
import type { ByChannel, Crossing } from './oracle.ts';

/** What one run of a scenario showed. Parts are from 0 to 1. */
export interface StormResult {
  readonly scenario: string;
  readonly seed: number;
  readonly without: readonly Lock[];
  readonly cameras: number;
  readonly viewers: number;
  readonly faultsInjected: number;
  readonly deliveries: number;
  readonly deliveriesByChannel: ByChannel;
  /** Those by each channel, and what came with a refusal. */
  readonly foreignDeliveries: number;
  readonly foreignByChannel: ByChannel;
  /** Records of live view that an app verified and opened. */
  readonly liveOpened: number;
  /** Foreign pictures, and live records, that an app verified and opened. */
  readonly foreignOpened: number;
  /** Thumbnails that came to somebody without standing in the ledger. */
  readonly deliveriesUnwritten: number;
  /** Of people's visits to their own Events tab, after the faults have ended and the time to recover is over. */
  readonly legitimateSuccess: number;
  /** The same while the faults last. */
  readonly successUnderFaults: number;
  readonly eventsAcknowledged: number;
  readonly eventsLost: number;
  /** From the end of the faults to the first second in which nearly every visit succeeds; null where none came. */
  readonly recoverySeconds: number | null;
  /**
   * The time until every agent has its link again, against cameras divided by what the cloud was told that it takes up in a
   * second; null where no link is lost.
   */
  readonly recoveryAgainstIdeal: number | null;
  /** Tries of an agent to have its link again, from when the cloud is back; null where no link is lost. */
  readonly attemptsPerCamera: number | null;
  /** Requests of agents for each event that was acknowledged, of which eight are needed. */
  readonly requestsPerEvent: number;
  /** The cloud's memory under faults against the most that it took before. */
  readonly peakRssRatio: number;
  /** What the locks have stopped, by the cloud's own word. */
  readonly mismatchesStopped: number;
  readonly repliesDoubted: number;
  readonly crossings: readonly Crossing[];
  readonly troubles: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/** What a run promises: with every lock, and without any single one. */
export function failuresOf(result: StormResult): string[] {
  const { foreignDeliveries, foreignOpened, eventsLost, legitimateSuccess, faultsInjected } = result;
  const { deliveriesUnwritten } = result;
  return [
    ...(faultsInjected === 0 ? ['no fault was injected: nothing was tried'] : []),
    ...(foreignDeliveries > 0 ? [`${foreignDeliveries} deliveries of another home's things`] : []),
    ...(foreignOpened > 0 ? [`${foreignOpened} foreign pictures were opened`] : []),
    ...(deliveriesUnwritten > 0 ? [`${deliveriesUnwritten} deliveries are not in the ledger`] : []),
    ...(eventsLost > 0 ? [`${eventsLost} acknowledged events were lost`] : []),
    ...(legitimateSuccess < 0.999
      ? [`only ${(legitimateSuccess * 100).toFixed(2)} % of visits succeeded`]
      : []),
  ];
}
