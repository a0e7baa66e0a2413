import type { LoadQuestion } from '@nightlatch/cache/loader';
import type { AccountId, HomeId } from '@nightlatch/protocol/ids';
import { z } from 'zod';
import { notFound } from '../refusals.ts';
import { requireOwn } from '../sql/own-rows.ts';
import { logUpTo } from '../sql/statements/home-log.ts';
import type { EntryParts } from './entry-parts.ts';

const HOUR_MILLISECONDS = 3_600_000;

/** `head` is the hash of the newest entry, and `sequence` its number: they never stand for another log. */
type LogKey = { readonly account: AccountId; readonly head: string; readonly sequence: string };

/**
 * A home log up to a head that the gate has just told, read on behalf of the member who asked. It never becomes old: a log
 * that has gone on has another head.
 */
export const homeLogEntry = ({ cache, database, loadMilliseconds }: EntryParts) =>
  cache.entry({
    name: 'home-log',
    key: ['account', 'head', 'sequence'],
    schema: z.array(z.string()),
    ttlMilliseconds: HOUR_MILLISECONDS,
    nearMilliseconds: HOUR_MILLISECONDS,
    loadMilliseconds,
    load: async ({ scope: home, key: { account, sequence } }: LoadQuestion<HomeId, LogKey>) => {
      const rows = await database.ask({ account }, logUpTo, [home, Number(sequence)]);
      requireOwn(rows, { home });
      // Whoever lost their membership meanwhile sees nothing, and that is not to be kept.
      if (rows.length !== Number(sequence) + 1) throw notFound();
      return { value: rows.map(({ entry }) => entry) };
    },
  });
