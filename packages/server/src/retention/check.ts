import { opendir, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { HomeId } from '@nightlatch/protocol/ids';
import { OBJECT_FILE, openObjectStore, PART } from '../objects/store.ts';
import type { Database } from '../sql/database.ts';
import { requireOwn } from '../sql/own-rows.ts';
import { listObjects, takeBackObject } from '../sql/statements/check.ts';
import { deletionsToDo } from '../sql/statements/sweep.ts';
import { createSweep, homesOf } from './sweep.ts';

/** What can be wrong between the rows and the files. */
export type FindingKind =
  /** Deleted, and its files are still there. */
  | 'half-deleted'
  /** A file that no row knows. */
  | 'file-without-row'
  /** A leftover beside a whole object. */
  | 'leftover-part'
  /** The database says that more has arrived than the disk has. */
  | 'row-without-file'
  /** Something that is not ours; it is left alone. */
  | 'unknown-file';

export interface Finding {
  readonly kind: FindingKind;
  /** Where, below the directory of the objects. */
  readonly where: string;
  readonly mended: boolean;
}

export interface Checked {
  readonly homes: number;
  readonly objects: number;
  readonly files: number;
  /** How many of each kind, and the first of them. */
  readonly counts: ReadonlyMap<FindingKind, number>;
  readonly findings: readonly Finding[];
  readonly unmended: number;
}

/** The directory cannot be what belongs to this database; mending would take back everything. */
export class CheckRefused extends Error {
  override readonly name = 'CheckRefused';
}

const OBJECTS_OF_PAGE_MAX = 1000;
const FINDINGS_SHOWN_MAX = 200;

interface CheckParts {
  readonly database: Pick<Database, 'ask' | 'transact'>;
  /** The directory that holds one for each home. */
  readonly directory: string;
  readonly repair: boolean;
}

/**
 * Holds rows and files of every home against each other, both ways, and with `repair` mends what it finds. The cloud has
 * to stand still meanwhile: an upload under way would look like a file without a row.
 * @throws CheckRefused when there are rows and not one file
 */
export async function checkObjects({ database, directory, repair }: CheckParts): Promise<Checked> {
  const objects = await openObjectStore({ directory });
  const sweep = createSweep({
    ...{ database, objects, homeBytesMax: null },
    // It deletes no rows here.
    onDeleted: async () => {},
    onFailed: (_home, error) => {
      throw error;
    },
  });
  const counts = new Map<FindingKind, number>();
  const findings: Finding[] = [];
  let [homes, rows, files, unmended] = [0, 0, 0, 0];

  const found = async (kind: FindingKind, where: string, mend?: () => Promise<unknown>): Promise<void> => {
    const mended = repair && mend !== undefined;
    if (mended) await mend();
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    if (!mended) unmended += 1;
    if (findings.length < FINDINGS_SHOWN_MAX) findings.push({ kind, where, mended });
  };

  const checkHome = async (home: HomeId): Promise<void> => {
    const folder = path.join(directory, home);
    for (const { event } of await database.ask({ sweep: home }, deletionsToDo, [home, OBJECTS_OF_PAGE_MAX]))
      await found('half-deleted', `${home}/${event}`, () => sweep.finishHome(home));

    const known = new Map<string, { complete: boolean }>();
    for await (const object of objectsOf(database, home)) {
      rows += 1;
      const { event, kind, revision, receivedBytes, complete, name } = object;
      known.set(name, { complete });
      const sizeBytes = await objects.sizeBytes({ home, event, kind, revision });
      if (sizeBytes < receivedBytes)
        await found('row-without-file', `${home}/${name}`, () =>
          database.ask({ sweep: home }, takeBackObject, [home, event, kind, revision]),
        );
    }
    for await (const file of namesIn(folder)) {
      files += 1;
      const name = file.endsWith(PART) ? file.slice(0, -PART.length) : file;
      const where = `${home}/${file}`;
      const remove = () => unlink(path.join(folder, file));
      if (!OBJECT_FILE.test(name)) await found('unknown-file', where);
      else if (!known.has(name)) await found('file-without-row', where, remove);
      else if (file !== name && (await isThere(path.join(folder, name))))
        await found('leftover-part', where, remove);
    }
  };

  if (repair) await refuseUnmounted(database, directory);
  const listed = new Set<string>();
  for await (const home of homesOf(database)) {
    homes += 1;
    listed.add(home);
    await checkHome(home);
  }
  for await (const name of namesIn(directory)) {
    if (listed.has(name)) continue;
    const home = HomeId.safeParse(name);
    if (home.success) await checkHome(home.data);
    else await found('unknown-file', name);
  }
  return { homes, objects: rows, files, counts, findings, unmended };
}

/** A volume that is not mounted looks like a cloud that has lost everything. */
async function refuseUnmounted(database: Pick<Database, 'ask'>, directory: string): Promise<void> {
  for await (const name of namesIn(directory))
    for await (const file of namesIn(path.join(directory, name))) if (OBJECT_FILE.test(file)) return;
  for await (const home of homesOf(database))
    for await (const { receivedBytes } of objectsOf(database, home))
      if (receivedBytes > 0)
        throw new CheckRefused(
          `The database knows recordings, and ${directory} has not one. Nothing was changed. Is its disk mounted?`,
        );
}

async function* objectsOf(database: Pick<Database, 'ask'>, home: HomeId) {
  let after = '';
  for (;;) {
    const page = await database.ask({ sweep: home }, listObjects, [home, after, OBJECTS_OF_PAGE_MAX]);
    // A page of another home would make every file of this one look like nobody's.
    requireOwn(page, { home });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < OBJECTS_OF_PAGE_MAX) return;
    after = last.name;
  }
}

/** The names in a directory; none where there is none, or where it is no directory. */
async function* namesIn(directory: string): AsyncGenerator<string> {
  const isDirectory = await stat(directory).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isDirectory) return;
  for await (const entry of await opendir(directory)) yield entry.name;
}

const isThere = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );
