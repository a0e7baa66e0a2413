import { useCallback, useEffect, useRef, useState } from 'react';
import { call } from '../api/client.ts';
import { openStream } from '../events/stream.ts';
import { type Household, useHousehold } from '../household/household.ts';
import { type KnownCamera, sortCameras } from './cameras.ts';

export interface CamerasSeen {
  /** Null until they are known. */
  readonly cameras: readonly KnownCamera[] | null;
  readonly problem: string | null;
  /** Some rows did not fit the verified log; they were reported and are not shown. */
  readonly crossed: boolean;
  readonly reload: () => Promise<void>;
}

async function seeCameras(household: Household) {
  const { cameras: rows } = await call('cameras.list', { params: { home: household.home } });
  const sorted = sortCameras(rows, household.log);
  // Another browser may have paired or added since; only what does not fit the newest log either is crossed.
  return sorted.crossed.length === 0 ? sorted : sortCameras(rows, await household.refreshLog());
}

/** The cameras of the home and how they are, asked for again whenever the cloud says that something changed. */
export function useCameras(): CamerasSeen {
  const household = useHousehold();
  const { home } = household;
  const [seen, setSeen] = useState<Omit<CamerasSeen, 'reload'>>({
    cameras: null,
    problem: null,
    crossed: false,
  });
  const newest = useRef(household);
  newest.current = household;
  const reported = useRef(new Set<string>());

  const reload = useCallback(async () => {
    const asking = newest.current;
    try {
      const { cameras, crossed } = await seeCameras(asking);
      for (const { camera } of crossed) {
        if (reported.current.has(camera)) continue;
        reported.current.add(camera);
        void asking.report({ what: 'camera', asked: {}, reason: 'wrong-subject' });
      }
      setSeen({ cameras, problem: null, crossed: crossed.length > 0 });
    } catch (error) {
      setSeen((now) => ({ ...now, problem: error instanceof Error ? error.message : String(error) }));
    }
  }, []);

  // A longer log changes what the list means.
  // biome-ignore lint/correctness/useExhaustiveDependencies: reload takes the log from where it is newest.
  useEffect(() => void reload(), [reload, household.log]);
  useEffect(
    () =>
      openStream(home, {
        connection: () => undefined,
        message: ({ kind }) => {
          if (kind === 'ready' || kind === 'cameras') void reload();
          else if (kind === 'log') void newest.current.refreshLog().catch(() => undefined);
        },
      }),
    [home, reload],
  );
  return { ...seen, reload };
}
