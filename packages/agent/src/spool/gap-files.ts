import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Hash, type Instant } from '@nightlatch/protocol/encoding';
import { type CameraId, type HomeId, newGapId, type RandomBytes } from '@nightlatch/protocol/ids';
import { GapJws, GapStatement } from '@nightlatch/protocol/manifest';
import { z } from 'zod';
import {
  namesIn,
  privateDirectory,
  readPrivateFile,
  syncDirectory,
  writePrivateFile,
} from '../settings/private-file.ts';
import { parseJson } from '../settings/settings-file.ts';

const GapFile = z.strictObject({
  version: z.literal(1),
  statement: GapStatement,
  jws: GapJws,
  /** The hash of the last event that was lost: the next event names it as its previous one. */
  hash: Hash,
});
export type GapFile = z.infer<typeof GapFile>;

/** Recordings of one camera that are lost. */
export interface Loss {
  readonly home: HomeId;
  readonly camera: CameraId;
  readonly fromSequence: number;
  readonly toSequence: number;
  readonly from: Instant;
  readonly to: Instant;
  readonly reason: GapStatement['reason'];
  readonly hash: Hash;
}

export type SignGap = (statement: GapStatement) => Promise<string>;

export interface GapFiles {
  list(): readonly GapFile[];
  /** States the loss durably; it joins a statement that it continues and that the cloud cannot have seen yet. */
  state(loss: Loss): Promise<void>;
  /** From now on the statement stands as it is: the cloud may have it. */
  sent(gap: GapFile): void;
  delivered(gap: GapFile): Promise<void>;
}

const continues = (statement: GapStatement, loss: Loss): boolean =>
  statement.home === loss.home &&
  statement.camera === loss.camera &&
  statement.reason === loss.reason &&
  statement.toSequence + 1 === loss.fromSequence;

/** The statements of what was lost, one signed file each, until the cloud has them. */
export async function openGapFiles(directory: string, sign: SignGap, random: RandomBytes): Promise<GapFiles> {
  await privateDirectory(directory);
  const gaps = new Map<string, GapFile>();
  for (const name of await namesIn(directory)) {
    if (!name.endsWith('.json')) continue;
    const gap = parseJson((await readPrivateFile(join(directory, name), 64 * 1024)) ?? '', GapFile);
    if (gap !== null) gaps.set(gap.statement.gap, gap);
  }
  // What was there at the start may have been sent before.
  const frozen = new Set(gaps.keys());
  const path = (gap: string): string => join(directory, `${gap}.json`);
  return {
    list: () => [...gaps.values()],
    state: async (loss) => {
      const open = [...gaps.values()].find(
        ({ statement }) => !frozen.has(statement.gap) && continues(statement, loss),
      );
      const { hash, ...lost } = loss;
      const from = open?.statement.from ?? loss.from;
      // A clock that was set back in between must not make a gap that ends before it starts.
      const span = { from, to: Math.max(from, loss.to, open?.statement.to ?? 0) };
      const statement: GapStatement =
        open === undefined
          ? { gap: newGapId(random), ...lost, ...span }
          : { ...open.statement, toSequence: loss.toSequence, ...span };
      const file = GapFile.parse({ version: 1, statement, jws: await sign(statement), hash });
      await writePrivateFile(path(statement.gap), `${JSON.stringify(file)}\n`);
      gaps.set(statement.gap, file);
    },
    sent: (gap) => {
      frozen.add(gap.statement.gap);
    },
    delivered: async (gap) => {
      await rm(path(gap.statement.gap), { force: true });
      await syncDirectory(directory);
      gaps.delete(gap.statement.gap);
    },
  };
}
