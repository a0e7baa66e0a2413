import type { CameraState } from '@nightlatch/protocol/events';

type Kind = CameraState['state'];
type Reason = CameraState['reason'];

/** Tells the state when it changes. `since` stays as it was while the same state, for the same reason, goes on. */
export function createStateTeller(now: () => number, tell: (state: CameraState) => void) {
  let current: CameraState | null = null;
  return function become(state: Kind, reason: Reason = null): void {
    if (current?.state === state && current.reason === reason) return;
    current = { state, reason, since: Math.round(now()) };
    tell(current);
  };
}
export type Become = ReturnType<typeof createStateTeller>;
