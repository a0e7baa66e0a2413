import type { DeletedSpan } from '@nightlatch/protocol/events';
import type { CameraId, EventId } from '@nightlatch/protocol/ids';
import { notFound } from '../refusals.ts';
import type { EventColumns } from '../sql/statements/gate-events.ts';
import { type AskedEvent, type AskedHome, homeKeys } from './asked.ts';
import type { GateParts } from './gate.ts';
import type { Grant } from './grant.ts';

export interface EventsContent extends AskedHome {
  readonly what: 'events' | 'event';
  readonly events: readonly EventColumns[];
}
export interface GapsContent extends AskedHome {
  readonly what: 'gaps';
  readonly gaps: readonly { readonly gap: string; readonly camera: CameraId; readonly statement: string }[];
}

export interface DeletionsContent extends AskedHome {
  readonly what: 'deletions';
  readonly deleted: readonly DeletedSpan[];
}

/** Starts are milliseconds since 1970, from inclusive, to exclusive. */
export interface AskedSpan extends AskedHome {
  readonly camera: CameraId | null;
  readonly from: number;
  readonly to: number;
}
export interface AskedEvents extends AskedSpan {
  /** The place in the list after which to go on, newest first. */
  readonly before: { readonly startedAt: number; readonly event: EventId } | null;
  readonly limit: number;
}

const AFTER_ALL = { startedAt: Number.MAX_SAFE_INTEGER, event: '' };

export function eventQuestions({ database, statements, prove, authority }: GateParts) {
  return {
    /** A page of events, newest first; no events is a grant of none, to a member. */
    events: async (asked: AskedEvents): Promise<Grant<EventsContent>> => {
      const { camera, from, to, limit } = asked;
      const before = asked.before ?? AFTER_ALL;
      const rows = await database.ask(
        { account: asked.account },
        camera === null ? statements.events : statements.eventsOfCamera,
        [asked.session, asked.account, asked.home, camera, from, to, before.startedAt, before.event, limit],
      );
      if (rows.length === 0) throw notFound();
      const events = rows.flatMap((row) => {
        prove(homeKeys(asked), row);
        if (row.eventHome === null) return [];
        prove({ eventHome: asked.home, ...(camera === null ? {} : { camera }) }, row);
        return [row];
      });
      return authority.mint({ what: 'events' as const, ...homeKeys(asked), events });
    },

    event: async (asked: AskedEvent): Promise<Grant<EventsContent>> => {
      const { session, account, home, event } = asked;
      const [row, more] = await database.ask({ account }, statements.event, [session, account, home, event]);
      if (row === undefined || more !== undefined) throw notFound();
      prove({ ...homeKeys(asked), eventHome: home, event }, row);
      return authority.mint({ what: 'event' as const, ...homeKeys(asked), events: [row] });
    },

    /** Gaps that begin in the span. */
    gaps: async (asked: AskedSpan): Promise<Grant<GapsContent>> => {
      const { session, account, home, camera, from, to } = asked;
      const rows = await database.ask({ account }, statements.gaps, [
        session,
        account,
        home,
        camera,
        from,
        to,
      ]);
      if (rows.length === 0) throw notFound();
      const gaps = rows.flatMap((row) => {
        prove(homeKeys(asked), row);
        if (row.rowHome === null) return [];
        prove({ rowHome: home, ...(camera === null ? {} : { camera }) }, row);
        return [{ gap: row.gap, camera: row.camera, statement: row.statement }];
      });
      return authority.mint({ what: 'gaps' as const, ...homeKeys(asked), gaps });
    },

    /** What the home's setting deleted of the span. */
    deletions: async (asked: AskedSpan): Promise<Grant<DeletionsContent>> => {
      const { session, account, home, camera, from, to } = asked;
      const parameters = [session, account, home, camera, from, to];
      const rows = await database.ask({ account }, statements.deletions, parameters);
      if (rows.length === 0) throw notFound();
      const deleted = rows.flatMap((row) => {
        prove(homeKeys(asked), row);
        if (row.rowHome === null) return [];
        prove({ rowHome: home, ...(camera === null ? {} : { camera }) }, row);
        const { fromSequence, toSequence, reason } = row;
        return [{ camera: row.camera, fromSequence, toSequence, reason }];
      });
      return authority.mint({ what: 'deletions' as const, ...homeKeys(asked), deleted });
    },
  };
}
