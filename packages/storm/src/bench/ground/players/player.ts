import type { Page } from 'playwright-core';

/** A player that shows the camera now, in a page of its own. */
export interface Playing {
  readonly page: Page;
  /** Its video or canvas. */
  readonly selector: string;
  /** Processor time that everything between the camera and the browser has taken so far. */
  readonly serverSeconds: () => Promise<number>;
  /** Ends the player and all that works for it. */
  readonly close: () => Promise<void>;
}

export interface Player {
  readonly name: string;
  readonly open: () => Promise<Playing>;
}
