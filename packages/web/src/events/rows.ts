import { type ChainNotice, wordsOfNotice } from '../viewer/chain.ts';
import type { SeenEvent } from '../viewer/seen-event.ts';
import { dayName, sameDay } from './times.ts';

/** One line of the list: a day's heading, up to a screen's width of cards, or what is missing between two of them. */
export type Row =
  | { readonly kind: 'day'; readonly key: string; readonly words: string }
  | { readonly kind: 'cards'; readonly key: string; readonly events: readonly SeenEvent[] }
  | {
      readonly kind: 'notice';
      readonly key: string;
      readonly words: string;
      readonly camera: ChainNotice['camera'];
    };

/** The list as lines, `columns` cards wide, newest first; days are the viewer's own. */
export function rowsOf(
  events: readonly SeenEvent[],
  notices: readonly ChainNotice[],
  columns: number,
  now: number,
): Row[] {
  const rows: Row[] = [];
  const beside = new Map<string, Row[]>();
  for (const [index, notice] of notices.entries()) {
    const place = `${notice.side}.${notice.beside}`;
    const row: Row = {
      kind: 'notice',
      key: `notice.${place}.${index}`,
      words: wordsOfNotice(notice),
      camera: notice.camera,
    };
    beside.set(place, [...(beside.get(place) ?? []), row]);
  }
  let line: SeenEvent[] = [];
  const flush = () => {
    const [first] = line;
    if (first !== undefined) rows.push({ kind: 'cards', key: first.event, events: line });
    line = [];
  };
  for (const [index, event] of events.entries()) {
    const before = events[index - 1];
    if (before === undefined || !sameDay(before.startedAt, event.startedAt)) {
      flush();
      rows.push({ kind: 'day', key: `day.${event.event}`, words: dayName(event.startedAt, now) });
    }
    const above = beside.get(`above.${event.event}`);
    if (above !== undefined) {
      flush();
      rows.push(...above);
    }
    line.push(event);
    const below = beside.get(`below.${event.event}`);
    if (line.length >= columns || below !== undefined) flush();
    if (below !== undefined) rows.push(...below);
  }
  flush();
  return rows;
}
