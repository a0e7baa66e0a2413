import { useEffect, useMemo, useRef } from 'react';
import { useHousehold } from '../household/household.ts';
import { cloudRoad } from '../viewer/cloud-road.ts';
import { createReporter } from '../viewer/reporter.ts';
import { createViewer, type Viewer } from '../viewer/viewer.ts';

const REPORT_AGAIN_MILLISECONDS = 2_000;

/** The viewer of the open home. Its pins are always those of the newest verified log. */
export function useViewer(): Viewer {
  const household = useHousehold();
  const newest = useRef(household);
  newest.current = household;
  const renewed = useRef(new Set<() => void>());
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new household wakes who waited for it.
  useEffect(() => {
    for (const wake of renewed.current) wake();
    renewed.current.clear();
  }, [household]);

  const { home } = household;
  return useMemo(() => {
    const road = cloudRoad(home);
    return createViewer({
      home,
      road,
      pins: {
        deviceKeyOf: (camera) => newest.current.deviceKeyOf(camera),
        epochKey: (camera, epoch) => newest.current.epochKey(camera, epoch),
        refresh: async () => {
          const log = await newest.current.refreshLog();
          if (log !== newest.current.log) await new Promise<void>((resolve) => renewed.current.add(resolve));
        },
      },
      reporter: createReporter(
        road.report,
        (attempt) => new Promise((resolve) => setTimeout(resolve, attempt * REPORT_AGAIN_MILLISECONDS)),
      ),
      now: Date.now,
    });
  }, [home]);
}
