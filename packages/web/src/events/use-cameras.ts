import type { CameraRow } from '@nightlatch/protocol/events';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { call } from '../api/client.ts';
import { sortCameras } from '../cameras/cameras.ts';
import { useHousehold } from '../household/household.ts';

/**
 * How the added cameras of the home are, by the server: asked for at each message of the stream instead of by the
 * clock. Rows that do not fit the verified log are left out; the Cameras page, which may know better, reports them.
 */
export function useCameras(): { cameras: readonly CameraRow[] | null; refresh: () => void } {
  const { home, log } = useHousehold();
  const [rows, setRows] = useState<readonly CameraRow[] | null>(null);
  const asked = useRef(0);
  const refresh = useCallback(() => {
    asked.current += 1;
    const turn = asked.current;
    call('cameras.list', { params: { home } })
      .then(({ cameras }) => {
        if (turn === asked.current) setRows(cameras);
      })
      // The list of events stands without them; the next message asks again.
      .catch(() => undefined);
  }, [home]);
  useEffect(refresh, [refresh]);
  const cameras = useMemo(() => {
    if (rows === null) return null;
    return sortCameras(rows, log).cameras.flatMap(({ added, row }) => (added && row !== null ? [row] : []));
  }, [rows, log]);
  return { cameras, refresh };
}
