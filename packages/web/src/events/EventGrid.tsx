import type { CameraId, EventId } from '@nightlatch/protocol/ids';
import { defaultRangeExtractor, useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { ChainNotice } from '../viewer/chain.ts';
import type { SeenEvent } from '../viewer/seen-event.ts';
import { cardId, EventCard } from './EventCard.tsx';
import { rowsOf } from './rows.ts';
import type { Thumbnails } from './thumbnails.ts';

const CARD_PIXELS_MIN = 270;
const GAP_PIXELS = 16;
const CAPTION_PIXELS = 44;
const DAY_PIXELS = 60;
const NOTICE_PIXELS = 52;
/** Rows from the end at which the next page is asked for. */
const ASK_AHEAD_ROWS = 4;

interface EventGridProps {
  readonly events: readonly SeenEvent[];
  readonly notices: readonly ChainNotice[];
  readonly cameraName: (camera: CameraId) => string;
  readonly thumbnails: Thumbnails;
  readonly search: string;
  readonly now: number;
  /** The event whose card gets the focus back; null for none. */
  readonly reveal: EventId | null;
  readonly onNearEnd: () => void;
  readonly onFavourite: (event: SeenEvent) => void;
}

/** The pictures, grouped by day. Only what is near the screen is in the document; heights are known beforehand. */
export function EventGrid(props: EventGridProps) {
  const { events, notices, cameraName, thumbnails, search, now, reveal, onNearEnd, onFavourite } = props;
  const place = useRef<HTMLDivElement>(null);
  const [box, setBox] = useState({ width: 0, top: 0 });
  useLayoutEffect(() => {
    const element = place.current;
    if (element === null) return;
    const measure = () => {
      const { width, top } = element.getBoundingClientRect();
      const next = { width, top: Math.round(top + window.scrollY) };
      setBox((before) => (before.width === next.width && before.top === next.top ? before : next));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, []);

  const columns = Math.max(1, Math.floor((box.width + GAP_PIXELS) / (CARD_PIXELS_MIN + GAP_PIXELS)));
  const rows = useMemo(() => rowsOf(events, notices, columns, now), [events, notices, columns, now]);
  const cardWidth = (box.width - (columns - 1) * GAP_PIXELS) / columns;
  const cardsHeight = Math.round((cardWidth * 9) / 16) + CAPTION_PIXELS;
  const focused = rows.findIndex(
    (row) => row.kind === 'cards' && row.events.some(({ event }) => event === reveal),
  );

  const virtualizer = useWindowVirtualizer({
    count: box.width === 0 ? 0 : rows.length,
    scrollMargin: box.top,
    overscan: 3,
    getItemKey: (index) => rows[index]?.key ?? index,
    estimateSize: (index) => {
      const kind = rows[index]?.kind;
      return kind === 'day' ? DAY_PIXELS : kind === 'notice' ? NOTICE_PIXELS : cardsHeight;
    },
    // The card that keeps the focus stays in the document.
    rangeExtractor: (range) => {
      const indexes = defaultRangeExtractor(range);
      return focused < 0 || indexes.includes(focused) ? indexes : [...indexes, focused].sort((a, b) => a - b);
    },
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: sizes follow from the width alone.
  useLayoutEffect(() => virtualizer.measure(), [cardsHeight]);

  const items = virtualizer.getVirtualItems();
  const lastIndex = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (rows.length > 0 && lastIndex >= rows.length - ASK_AHEAD_ROWS) onNearEnd();
  }, [lastIndex, rows.length, onNearEnd]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each event that is to be revealed.
  useEffect(() => {
    if (reveal === null || focused < 0) return;
    virtualizer.scrollToIndex(focused, { align: 'auto' });
    requestAnimationFrame(() => document.getElementById(cardId(reveal))?.focus({ preventScroll: true }));
  }, [reveal]);

  return (
    <div ref={place} className="event-grid" style={{ height: virtualizer.getTotalSize() }}>
      {items.map((item) => {
        const row = rows[item.index];
        if (row === undefined) return null;
        const style = { transform: `translateY(${item.start - box.top}px)`, height: item.size };
        if (row.kind === 'day')
          return (
            <h2 key={item.key} className="event-day" style={style}>
              {row.words}
            </h2>
          );
        if (row.kind === 'notice')
          return (
            <p key={item.key} className="event-notice" style={style}>
              <span>
                {row.words}
                <span className="unseen"> ({cameraName(row.camera)})</span>
              </span>
            </p>
          );
        return (
          <div
            key={item.key}
            className="event-row"
            style={{ ...style, gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
          >
            {row.events.map((event) => (
              <EventCard
                key={event.event}
                event={event}
                cameraName={cameraName(event.camera)}
                thumbnails={thumbnails}
                search={search}
                now={now}
                onFavourite={onFavourite}
              />
            ))}
          </div>
        );
      })}
    </div>
  );
}
