/** One connection to a store. It may lose, mix up and repeat whatever it likes: `proof.ts` is what believes nothing. */
export interface Wire {
  /**
   * Sends commands in a row; resolves with the reply that comes in the place of the last one's, rejects with an error reply
   * there, or the end.
   */
  readonly send: (...commands: readonly (readonly string[])[]) => Promise<unknown>;
  /** Ends the connection at once, whatever is under way. It is never used again. */
  readonly destroy: () => void;
}

/** A second connection, for what other processes have invalidated. */
export interface Subscription {
  readonly close: () => void;
}

export interface Transport {
  /** A new connection. `onEnd` is told once when it has ended or said what nobody asked for. @throws Error */
  readonly open: (onEnd: (reason: Error) => void) => Promise<Wire>;
  /** Messages of a channel, until `onEnd`. Absent where the store has no such thing. @throws Error */
  readonly subscribe?: (
    channel: string,
    onMessage: (message: string) => void,
    onEnd: (reason: Error) => void,
  ) => Promise<Subscription>;
}
