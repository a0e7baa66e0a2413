import type { CameraId } from '@nightlatch/protocol/ids';
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { type Household, useHousehold } from '../household/household.ts';
import type { AskedLive } from './receiver.ts';
import { LIVE_START, type LiveState } from './state.ts';
import { startWatch, type Watch } from './watch.ts';

/** What to ask for a camera by the verified home log; null where the log does not have it. */
export function askedOf({ home, account, log }: Household, camera: CameraId): AskedLive | null {
  const known = log.cameras.get(camera);
  const deviceKey = known && log.agents.get(known.agent)?.deviceKey;
  if (known === undefined || deviceKey === undefined) return null;
  const epoch = known.currentEpoch ?? 0;
  return { home, camera, agent: known.agent, deviceKey, epoch, viewer: account.account };
}

export interface Live {
  readonly state: LiveState;
  readonly setPaused: (paused: boolean) => void;
  /** Asks anew after an end. */
  readonly again: () => void;
}

/** The live picture of a camera in the element, while it is `wanted`. */
export function useLive(video: RefObject<HTMLVideoElement | null>, camera: CameraId, wanted: boolean): Live {
  const household = useHousehold();
  const newest = useRef(household);
  newest.current = household;
  const watch = useRef<Watch | null>(null);
  const [state, setState] = useState(LIVE_START);
  const [times, setTimes] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another time is asking anew.
  useEffect(() => {
    const element = video.current;
    if (element === null || !wanted) return;
    setState(LIVE_START);
    const started = startWatch({
      video: element,
      asked: () => askedOf(newest.current, camera),
      signing: newest.current.signing.privateKey,
      report: (mismatch) => void newest.current.report(mismatch),
      onState: setState,
    });
    watch.current = started;
    return () => {
      watch.current = null;
      started.close();
    };
  }, [video, camera, wanted, times]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a longer log may change what is to be asked.
  useEffect(() => watch.current?.logChanged(), [household.log]);

  return {
    state,
    setPaused: useCallback((paused: boolean) => watch.current?.setPaused(paused), []),
    again: useCallback(() => setTimes((before) => before + 1), []),
  };
}
