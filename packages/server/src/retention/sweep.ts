import type { EventId, HomeId } from '@nightlatch/protocol/ids';
import type { ObjectStore } from '../objects/store.ts';
import type { Ask, Database } from '../sql/database.ts';
import {
  bytesOver,
  deleteEvents,
  deleteObjects,
  deleteUploads,
  deletionsToDo,
  filesAreGone,
  forgetDeletions,
  holdSweep,
  listHomes,
  writeDownOld,
  writeDownOver,
} from '../sql/statements/sweep.ts';

/** Small, so that a transaction holds its rows for milliseconds and uploads go on in between. */
const EVENTS_OF_BATCH_MAX = 100;
const HOMES_OF_PAGE_MAX = 200;
/** Of one home in one sweep; the next sweep goes on, and no home waits for another's million events. */
const BATCHES_OF_HOME_MAX = 200;

export interface SweepParts {
  readonly database: Pick<Database, 'ask' | 'transact'>;
  readonly objects: Pick<ObjectStore, 'remove'>;
  /** What whoever runs this cloud lets a home keep, in bytes; null for no limit. */
  readonly homeBytesMax: number | null;
  /** Rows of the home have gone: what was counted of it is no more. */
  readonly onDeleted: (home: HomeId) => Promise<void>;
  readonly onFailed: (home: HomeId, error: unknown) => void;
}

export interface Swept {
  /** Events whose rows went, and events whose files went. */
  readonly deleted: number;
  readonly unlinked: number;
}

/** Deletes what homes do not keep, and finishes what an earlier sweep did not. */
export function createSweep({ database, objects, homeBytesMax, onDeleted, onFailed }: SweepParts) {
  const writeDownExcess = async (ask: Ask, home: HomeId) => {
    const [excess] = await ask(bytesOver, [home, homeBytesMax]);
    if (excess === undefined || excess.over === 0) return [];
    return ask(writeDownOver, [home, EVENTS_OF_BATCH_MAX, excess.over]);
  };

  /** One transaction: the rows go, with the keys in them, and a row that names the files stays. */
  const deleteBatch = (home: HomeId): Promise<number> =>
    database.transact({ sweep: home }, async (ask) => {
      const [held] = await ask(holdSweep, [home]);
      if (held === undefined) return 0;
      const old = await ask(writeDownOld, [home, EVENTS_OF_BATCH_MAX]);
      const going = old.length > 0 ? old : await writeDownExcess(ask, home);
      if (going.length === 0) return 0;
      const events = going.map(({ event }) => event);
      await ask(deleteUploads, [home, events]);
      await ask(deleteObjects, [home, events]);
      const [gone] = await ask(deleteEvents, [home, events]);
      if (gone?.count !== events.length) throw new Error('the rows of a deleted event did not all go');
      return events.length;
    });

  /** Files of which it is written down that they go. Doing it again does nothing. */
  const unlinkBatch = async (home: HomeId): Promise<number> => {
    const scope = { sweep: home };
    const toDo = await database.ask(scope, deletionsToDo, [home, EVENTS_OF_BATCH_MAX]);
    if (toDo.length === 0) return 0;
    await objects.remove(
      home,
      toDo.flatMap((one) => one.objects.map((object) => `${one.event}.${object}`)),
    );
    const events: EventId[] = toDo.map(({ event }) => event);
    await database.ask(scope, filesAreGone, [home, events]);
    return events.length;
  };

  const repeat = async (batch: () => Promise<number>, signal?: AbortSignal): Promise<number> => {
    let total = 0;
    for (let round = 0; round < BATCHES_OF_HOME_MAX && signal?.aborted !== true; round++) {
      const count = await batch();
      if (count === 0) break;
      total += count;
    }
    return total;
  };

  const finishHome = (home: HomeId, signal?: AbortSignal): Promise<number> =>
    repeat(() => unlinkBatch(home), signal);

  const sweepHome = async (home: HomeId, signal?: AbortSignal): Promise<Swept> => {
    const before = await finishHome(home, signal);
    const deleted = await repeat(() => deleteBatch(home), signal);
    if (deleted > 0) await onDeleted(home);
    const unlinked = before + (await finishHome(home, signal));
    await database.ask({ sweep: home }, forgetDeletions, [home, 1000]);
    return { deleted, unlinked };
  };

  return {
    /** Only the second step, of what is written down already. Answers how many events' files went. */
    finishHome,
    sweepHome,
    /** Every home, one after the other; one that fails does not keep the others from their turn. */
    sweep: async (signal?: AbortSignal): Promise<Swept> => {
      let [deleted, unlinked] = [0, 0];
      for await (const home of homesOf(database)) {
        if (signal?.aborted) break;
        try {
          const swept = await sweepHome(home, signal);
          deleted += swept.deleted;
          unlinked += swept.unlinked;
        } catch (error) {
          onFailed(home, error);
        }
      }
      return { deleted, unlinked };
    },
  };
}
export type Sweep = ReturnType<typeof createSweep>;

/** Every home, read page by page. */
export async function* homesOf(database: Pick<Database, 'ask'>): AsyncGenerator<HomeId> {
  let after = '';
  for (;;) {
    const page = await database.ask({ sweep: 'homes' }, listHomes, [after, HOMES_OF_PAGE_MAX]);
    for (const { home } of page) yield home;
    const last = page.at(-1);
    if (last === undefined || page.length < HOMES_OF_PAGE_MAX) return;
    after = last.home;
  }
}
