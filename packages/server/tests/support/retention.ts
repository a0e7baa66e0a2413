import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { HomeId } from '@nightlatch/protocol/ids';
import { openObjectStore } from '../../src/objects/store.ts';
import { createSweep, type SweepParts } from '../../src/retention/sweep.ts';
import type { TestCloud } from './cloud.ts';
import type { Side } from './side.ts';

export const directoryOf = ({ config }: TestCloud): string => path.join(config.dataDirectory, 'objects');

/** The names of the files of a home. */
export const filesOf = async (cloud: TestCloud, home: HomeId): Promise<string[]> =>
  (await readdir(path.join(directoryOf(cloud), home)).catch(() => [])).sort();

/** How many rows of each table the home has. */
export async function rowsOf(cloud: TestCloud, home: HomeId) {
  const [row] = await cloud.owner`select
    (select count(*)::int from events where home_id = ${home}) as events,
    (select count(*)::int from objects where home_id = ${home}) as objects,
    (select count(*)::int from uploads where home_id = ${home}) as uploads`;
  return { events: Number(row?.events), objects: Number(row?.objects), uploads: Number(row?.uploads) };
}

/** Deletions that are written down and not done. */
export async function toDoOf(cloud: TestCloud, home: HomeId): Promise<number> {
  const rows = await cloud.owner`select 1 from deletions where home_id = ${home} and files_gone_at is null`;
  return rows.length;
}

/** A sweep as the cloud makes it, with parts replaced. */
export async function sweepOf(cloud: TestCloud, parts: Partial<SweepParts> = {}) {
  return createSweep({
    database: cloud.cloud.database,
    objects: await openObjectStore({ directory: directoryOf(cloud) }),
    homeBytesMax: null,
    onDeleted: (home) => cloud.cloud.cached.kept.invalidate(home, {}),
    onFailed: (_home, error) => {
      throw error;
    },
    ...parts,
  });
}

/** Lets the side's camera keep this many days, or without end. */
export async function keepDays({ household, agent }: Side, days: number | null): Promise<void> {
  const answer = await household.browser.call('retention.set', {
    params: { home: household.home },
    input: { bytesMax: null, cameras: [{ camera: agent.camera, days }] },
  });
  if (answer.statusCode !== 200) throw new Error(answer.body);
}
