import type { CameraRow } from '@nightlatch/protocol/events';
import { useCallback, useEffect, useRef, useState } from 'react';
import { call } from '../api/client.ts';
import { useHousehold } from '../household/household.ts';

/**
 * How the cameras of the home are, by the server. A row of a camera that the verified log does not know is left out,
 * and reported where the server calls it added.
 */
export function useCameras(): { cameras: readonly CameraRow[] | null; refresh: () => void } {
  const { home, log, report } = useHousehold();
  const [rows, setRows] = useState<readonly CameraRow[] | null>(null);
  const told = useRef(new Set<string>());
  const refresh = useCallback(() => {
    call('cameras.list', { params: { home } })
      .then(({ cameras }) => setRows(cameras))
      // The list stands without them; the next message of the stream asks again.
      .catch(() => setRows((before) => before ?? []));
  }, [home]);
  useEffect(refresh, [refresh]);
  useEffect(() => {
    for (const { camera, added } of rows ?? []) {
      if (!added || log.cameras.has(camera) || told.current.has(camera)) continue;
      told.current.add(camera);
      void report({ what: 'camera', asked: { camera }, reason: 'camera-not-in-home-log' });
    }
  }, [rows, log, report]);
  return { cameras: rows?.filter(({ camera }) => log.cameras.has(camera)) ?? null, refresh };
}
