import type { HomeLogHead } from '@nightlatch/protocol/homelog';
import { notFound } from '../refusals.ts';
import type { CameraColumns } from '../sql/statements/gate-home.ts';
import type { RetentionColumns } from '../sql/statements/gate-retention.ts';
import { type AskedHome, homeKeys } from './asked.ts';
import type { GateParts } from './gate.ts';
import type { Grant } from './grant.ts';

export interface CamerasContent extends AskedHome {
  readonly what: 'cameras';
  readonly cameras: readonly CameraColumns[];
}
export interface HomeLogContent extends AskedHome {
  readonly what: 'home-log';
  readonly entries: readonly { readonly sequence: number; readonly entry: string }[];
}
export interface HomeLogHeadContent extends AskedHome {
  readonly what: 'home-log-head';
  readonly head: HomeLogHead;
}
export interface RetentionContent extends AskedHome {
  readonly what: 'retention';
  readonly retention: RetentionColumns;
}

export function homeQuestions({ database, statements, prove, authority }: GateParts) {
  return {
    cameras: async (asked: AskedHome): Promise<Grant<CamerasContent>> => {
      const { session, account, home } = asked;
      const rows = await database.ask({ account }, statements.cameras, [session, account, home]);
      if (rows.length === 0) throw notFound();
      const cameras = rows.flatMap((row) => {
        prove(homeKeys(asked), row);
        if (row.rowHome === null) return [];
        prove({ rowHome: home }, row);
        return [row];
      });
      return authority.mint({ what: 'cameras' as const, ...homeKeys(asked), cameras });
    },

    /** What the home keeps. */
    retention: async (asked: AskedHome): Promise<Grant<RetentionContent>> => {
      const { session, account, home } = asked;
      const [row, more] = await database.ask({ account }, statements.retention, [session, account, home]);
      if (row === undefined || more !== undefined) throw notFound();
      prove({ ...homeKeys(asked), rowHome: home }, row);
      return authority.mint({ what: 'retention' as const, ...homeKeys(asked), retention: row });
    },

    /** The newest entry of the log, as of now. */
    homeLogHead: async (asked: AskedHome): Promise<Grant<HomeLogHeadContent>> => {
      const { session, account, home } = asked;
      const [row, more] = await database.ask({ account }, statements.homeLogHead, [session, account, home]);
      if (row === undefined || more !== undefined) throw notFound();
      prove({ ...homeKeys(asked), rowHome: home }, row);
      const { sequence, hash } = row;
      return authority.mint({ what: 'home-log-head' as const, ...homeKeys(asked), head: { sequence, hash } });
    },

    /** Entries whose sequence is greater than `after`, in order, at most `limit`. */
    homeLog: async (
      asked: AskedHome & { readonly after: number; readonly limit: number },
    ): Promise<Grant<HomeLogContent>> => {
      const { session, account, home, after, limit } = asked;
      const rows = await database.ask({ account }, statements.homeLog, [
        session,
        account,
        home,
        after,
        limit,
      ]);
      if (rows.length === 0) throw notFound();
      const entries = rows.flatMap((row) => {
        prove(homeKeys(asked), row);
        if (row.rowHome === null) return [];
        prove({ rowHome: home }, row);
        return [{ sequence: row.sequence, entry: row.entry }];
      });
      return authority.mint({ what: 'home-log' as const, ...homeKeys(asked), entries });
    },
  };
}
