/** What has been given to the link and has not arrived yet. */
export interface Waiting {
  readonly bytes: number;
  /** How long the oldest of it has been under way; what waits in the machine's own buffers and the router's counts. */
  readonly lagMilliseconds: number;
}

export interface ThrottleLimits {
  /** Above this only key frames are sent. */
  readonly bytesMax: number;
  readonly lagMillisecondsMax: number;
  /** The same while an event is being uploaded: it goes first. */
  readonly lagBesideEventsMillisecondsMax: number;
  /** Above this nothing is sent. */
  readonly keyFrameBytesMax: number;
  readonly keyFrameLagMillisecondsMax: number;
}

/** The burst at the beginning is all under way at once: two seconds of 8 Mbit/s fit. A satellite's round trip is 600 ms. */
export const THROTTLE_LIMITS: ThrottleLimits = {
  bytesMax: 2 * 1024 * 1024,
  lagMillisecondsMax: 1000,
  lagBesideEventsMillisecondsMax: 300,
  keyFrameBytesMax: 4 * 1024 * 1024,
  keyFrameLagMillisecondsMax: 3000,
};

/**
 * Says of each fragment of a broadcast whether it is sent. After one that is not, nothing is until a key frame: what comes
 * between could not be decoded.
 */
export function createThrottle(limits: ThrottleLimits) {
  let dropping = false;
  return function passes(keyFrame: boolean, waiting: Waiting, eventsUnderWay: boolean): boolean {
    const lagMax = eventsUnderWay ? limits.lagBesideEventsMillisecondsMax : limits.lagMillisecondsMax;
    const narrow = waiting.bytes > limits.bytesMax || waiting.lagMilliseconds > lagMax;
    if (!keyFrame) {
      dropping ||= narrow;
      return !dropping;
    }
    dropping = narrow;
    return (
      waiting.bytes <= limits.keyFrameBytesMax && waiting.lagMilliseconds <= limits.keyFrameLagMillisecondsMax
    );
  };
}
