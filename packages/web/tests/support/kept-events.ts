import type { DeletedSpan, EventRow, EventsPage, GapRow } from '@nightlatch/protocol/events';
import type { EventId } from '@nightlatch/protocol/ids';
import { type ListQuestion, newestFirst } from '../../src/viewer/question.ts';
import { type KeptEvent, rowOf } from './sealed-home.ts';

/** Events in memory, answered as an honest server answers. */
export function keptEvents() {
  const events = new Map<EventId, KeptEvent>();
  const gaps: GapRow[] = [];
  const deleted: DeletedSpan[] = [];
  const stars = new Set<EventId>();
  const told = (event: KeptEvent, isListed: boolean): EventRow => ({
    ...rowOf(event, isListed),
    favourite: stars.has(event.facts.event),
  });
  return {
    deleted,
    star(event: EventId, isStarred: boolean) {
      if (isStarred) stars.add(event);
      else stars.delete(event);
    },
    events,
    gaps,
    keep(event: KeptEvent) {
      events.set(event.facts.event, event);
      return event;
    },
    page({ camera, from, to, before }: Omit<ListQuestion, 'home'>, limit: number): EventsPage {
      const rows = [...events.values()]
        .map((event) => told(event, true))
        .sort(newestFirst)
        .filter((row) => camera === undefined || row.camera === camera)
        .filter(
          ({ startedAt }) =>
            (from === undefined || startedAt >= from) && (to === undefined || startedAt < to),
        )
        .filter((row) => before === undefined || newestFirst(before, row) < 0);
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      const more = rows.length > page.length && last !== undefined;
      return {
        events: page,
        gaps: gaps.filter((gap) => camera === undefined || gap.camera === camera),
        deleted: deleted.filter((span) => camera === undefined || span.camera === camera),
        next: more ? `${last.startedAt}.${last.event}` : null,
      };
    },
    row(event: EventId): EventRow | null {
      const kept = events.get(event);
      return kept === undefined ? null : told(kept, false);
    },
    container(event: EventId, kind: string, revision: number): Uint8Array<ArrayBuffer> | null {
      const object = events
        .get(event)
        ?.objects.find((other) => other.kind === kind && other.revision === revision);
      return object?.container ?? null;
    },
  };
}
export type KeptEvents = ReturnType<typeof keptEvents>;
