import { EventId } from '@nightlatch/protocol/ids';
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { useLocation, useRoute, useSearch } from 'wouter';
import { usePageTitle } from '../app/arrival.ts';
import { useHousehold } from '../household/household.ts';
import { Banner } from '../style/Banner.tsx';
import { Button } from '../style/Button.tsx';
import { Progress } from '../style/Progress.tsx';
import type { SeenEvent } from '../viewer/seen-event.ts';
import { CameraStrip } from './CameraStrip.tsx';
import { EmptyEvents } from './EmptyEvents.tsx';
import { EventGrid } from './EventGrid.tsx';
import { EventStage } from './EventStage.tsx';
import { FilterBar } from './FilterBar.tsx';
import { type Filter, filterOf, searchOf } from './filter.ts';
import { UpSign } from './signs.tsx';
import { createThumbnails } from './thumbnails.ts';
import { useCameras } from './use-cameras.ts';
import { useFeed } from './use-feed.ts';
import { useNow } from './use-now.ts';
import { useViewer } from './use-viewer.ts';
import './events.css';
import './stage.css';

const NOW_MILLISECONDS = 20_000;
const HELD_PIXELS = 160;

function useScrolledDown(): boolean {
  return useSyncExternalStore(
    (changed) => {
      addEventListener('scroll', changed, { passive: true });
      return () => removeEventListener('scroll', changed);
    },
    () => window.scrollY > HELD_PIXELS,
  );
}

/** The Events tab: what moved at home, newest first, and one event over it where the address names one. */
export function EventsPage() {
  usePageTitle('Events');
  const { log, cameraName } = useHousehold();
  const viewer = useViewer();
  const thumbnails = useMemo(() => createThumbnails(viewer), [viewer]);
  useEffect(() => () => thumbnails.close(), [thumbnails]);
  const now = useNow(NOW_MILLISECONDS);
  const search = useSearch();
  const filter = useMemo(() => filterOf(search), [search]);
  const [, params] = useRoute('/events/:event?');
  const opened = EventId.safeParse(params?.event).data ?? null;
  const [, navigate] = useLocation();
  const [reveal, setReveal] = useState<EventId | null>(null);

  const { cameras, refresh: refreshCameras } = useCameras();
  const { feed, state, connection, onNews } = useFeed(viewer, filter, refreshCameras);
  const down = useScrolledDown();
  useEffect(() => feed?.hold(down), [feed, down]);
  // The cloud tells every open tab of it, too; this is for one whose stream is down.
  const favoured = useCallback(({ event, camera }: SeenEvent) => feed?.told(event, camera), [feed]);
  const nearEnd = useCallback(() => feed?.loadMore(), [feed]);

  const query = searchOf(filter);
  const names = [...log.cameras.keys()].map((camera) => ({ camera, name: cameraName(camera) }));
  const at = state.events.findIndex(({ event }) => event === opened);
  const newer = at > 0 ? state.events[at - 1] : undefined;
  const older = at >= 0 ? state.events[at + 1] : undefined;
  const lastOpened = useRef<EventId | null>(null);
  useEffect(() => {
    if (opened === null && lastOpened.current !== null) setReveal(lastOpened.current);
    if (opened !== null) setReveal(null);
    lastOpened.current = opened;
    if (opened !== null && at >= 0 && at >= state.events.length - 2) nearEnd();
  }, [opened, at, state.events.length, nearEnd]);

  const go = (event: EventId) =>
    navigate(`/events/${event}${query}`, { replace: true, state: history.state });
  const close = () => {
    if (isFromList(history.state)) history.back();
    else navigate(`/events${query}`, { replace: true });
  };
  const change = (next: Filter) => navigate(`/events${searchOf(next)}`, { replace: true });

  const empty = state.status === 'ready' && state.events.length === 0 && state.arriving === 0;
  return (
    <div className="events">
      <div className="events-head">
        <h1 tabIndex={-1}>Events</h1>
        <FilterBar filter={filter} cameras={names} today={dayOf(now)} onChange={change} />
      </div>
      {cameras !== null && <CameraStrip cameras={cameras} cameraName={cameraName} now={now} />}
      {connection === 'lost' && (
        <p className="quiet small" role="status">
          Not connected. New events appear again by themselves.
        </p>
      )}
      {state.refusals.map((words) => (
        <Banner key={words} look="danger">
          {words}
        </Banner>
      ))}
      {state.problem !== null && (
        <Banner look="warn">
          {state.problem}
          <div>
            <Button look="plain" onClick={() => feed?.refresh()}>
              Try again
            </Button>
          </div>
        </Banner>
      )}
      {state.arriving > 0 && (
        <p className="events-arriving" role="status">
          <span className="camera-dot" aria-hidden="true" />
          {state.arriving === 1 ? 'An event is' : `${state.arriving} events are`} arriving…
        </p>
      )}
      {state.status === 'loading' && <Progress page label="Opening your events…" />}
      {empty && (
        <EmptyEvents
          cameras={log.cameras.size}
          filtered={query !== ''}
          onShowAll={() => change({ camera: null, day: null })}
        />
      )}
      <div className="events-pill-place" aria-live="polite">
        {state.waiting > 0 && (
          <button
            type="button"
            className="events-pill"
            onClick={() => {
              feed?.hold(false);
              window.scrollTo({ top: 0, behavior: 'smooth' });
            }}
          >
            <UpSign /> {state.waiting === 1 ? '1 new event' : `${state.waiting} new events`}
          </button>
        )}
      </div>
      <EventGrid
        events={state.events}
        notices={state.notices}
        cameraName={cameraName}
        thumbnails={thumbnails}
        search={query}
        now={now}
        reveal={reveal}
        onNearEnd={nearEnd}
        onFavourite={favoured}
      />
      {state.loadingMore && <Progress label="Loading older events…" />}
      {state.status === 'ready' && !state.more && state.events.length > 0 && (
        <p className="events-end quiet small">
          This is where {query === '' ? 'your recordings begin' : 'it ends'}.
        </p>
      )}
      {opened !== null && (
        <EventStage
          viewer={viewer}
          thumbnails={thumbnails}
          event={opened}
          listed={state.events[at] ?? null}
          cameraName={cameraName}
          onNews={onNews}
          onFavourite={favoured}
          onClose={close}
          onNewer={newer === undefined ? null : () => go(newer.event)}
          onOlder={older === undefined ? null : () => go(older.event)}
        />
      )}
    </div>
  );
}

const isFromList = (state: unknown): boolean =>
  typeof state === 'object' && state !== null && 'fromList' in state && state.fromList === true;

function dayOf(at: number): string {
  const day = new Date(at);
  const pair = (value: number) => String(value).padStart(2, '0');
  return `${day.getFullYear()}-${pair(day.getMonth() + 1)}-${pair(day.getDate())}`;
}
