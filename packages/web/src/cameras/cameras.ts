import type { CameraRow } from '@nightlatch/protocol/events';
import type { AgentId, CameraId } from '@nightlatch/protocol/ids';
import type { HomeState } from '@nightlatch/vault/homelog';

export interface KnownCamera {
  readonly camera: CameraId;
  readonly agent: AgentId;
  readonly added: boolean;
  /** What the cloud tells of it; null where it tells nothing. */
  readonly row: CameraRow | null;
}

export interface SortedCameras {
  readonly cameras: readonly KnownCamera[];
  /** Rows that do not fit the verified log: nothing of them is shown. */
  readonly crossed: readonly CameraRow[];
}

/**
 * Sets the cloud's list against the verified log. A camera of an agent that the owner has not paired, or of another
 * agent than the log says, is somebody else's. Which cameras the home has is for the log to say, not for the list.
 */
export function sortCameras(
  rows: readonly CameraRow[],
  log: Pick<HomeState, 'agents' | 'cameras'>,
): SortedCameras {
  const crossed: CameraRow[] = [];
  const told = new Map<CameraId, CameraRow>();
  for (const row of rows) {
    const known = log.cameras.get(row.camera);
    const isOurs =
      log.agents.has(row.agent) && (known === undefined ? !row.added : known.agent === row.agent);
    if (isOurs) told.set(row.camera, row);
    else crossed.push(row);
  }
  const added = [...log.cameras].map(([camera, { agent }]) => ({
    camera,
    agent,
    added: true,
    row: told.get(camera) ?? null,
  }));
  const found = [...told.values()]
    .filter(({ camera }) => !log.cameras.has(camera))
    .map((row) => ({ camera: row.camera, agent: row.agent, added: false, row }));
  return { cameras: [...added, ...found], crossed };
}
