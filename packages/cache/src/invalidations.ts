import { type BreakerLimits, createBreaker } from './breaker.ts';
import type { Clock, RandomBytes } from './clock.ts';
import type { Subscription, Transport } from './transport.ts';

export interface FollowParts {
  readonly subscribe: NonNullable<Transport['subscribe']>;
  readonly channel: string;
  readonly limits: BreakerLimits;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly onInvalid: (wire: string) => void;
  /** Messages may have been missed. */
  readonly onGap: () => void;
}

/**
 * Hears what other processes invalidate. A message can only take something away, so nobody has to believe it; a message that
 * is lost costs `nearMilliseconds`, and a connection that is lost clears what is in memory.
 */
export function followInvalidations(parts: FollowParts): Subscription {
  const { subscribe, channel, clock, onInvalid, onGap } = parts;
  const breaker = createBreaker(parts.limits, clock, parts.random);
  let closed = false;
  let current: Subscription | undefined;
  let stopWaiting: () => void = () => {};

  function begin(): void {
    let over = false;
    const lost = () => {
      if (over) return;
      over = true;
      current = undefined;
      onGap();
      if (!closed) stopWaiting = clock.after(breaker.failed(), begin);
    };
    subscribe(channel, onInvalid, lost).then((subscription) => {
      if (over || closed) return subscription.close();
      current = subscription;
      breaker.opened();
      onGap();
    }, lost);
  }

  begin();
  return {
    close: () => {
      closed = true;
      stopWaiting();
      current?.close();
    },
  };
}
