import type { EventId } from '@nightlatch/protocol/ids';
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useHousehold } from '../household/household.ts';
import type { Viewer } from '../viewer/viewer.ts';
import { createFeed, type Feed, type FeedState } from './feed.ts';
import { type Filter, questionOf } from './filter.ts';
import { type Connection, openStream } from './stream.ts';
import type { OnNews } from './use-player.ts';

const LOADING: FeedState = {
  status: 'loading',
  events: [],
  waiting: 0,
  arriving: 0,
  notices: [],
  refusals: [],
  more: false,
  loadingMore: false,
  problem: null,
};

/** The list of a filter, kept new by the server's messages. */
export function useFeed(viewer: Viewer, { camera, day }: Filter, onCameras: () => void) {
  const { home, refreshLog, report } = useHousehold();
  const [feed, setFeed] = useState<Feed | null>(null);
  const [connection, setConnection] = useState<Connection>('connecting');
  const tellers = useRef(new Set<(event: EventId) => void>());
  const newest = useRef({ feed, onCameras, refreshLog, report });
  newest.current = { feed, onCameras, refreshLog, report };

  useEffect(() => {
    const made = createFeed(viewer, questionOf({ camera, day }), (notice) => {
      const asked = { camera: notice.camera, event: notice.beside };
      void newest.current.report({ what: 'manifest', asked, reason: 'broken-chain' });
    });
    setFeed(made);
    return () => made.close();
  }, [viewer, camera, day]);

  useEffect(
    () =>
      openStream(home, {
        connection: setConnection,
        message: (message) => {
          const { feed, onCameras, refreshLog } = newest.current;
          if (message.kind === 'ready') {
            feed?.refresh();
            onCameras();
          } else if (message.kind === 'event') {
            feed?.told(message.event, message.camera);
            for (const tell of tellers.current) tell(message.event);
          } else if (message.kind === 'cameras') onCameras();
          else void refreshLog().catch(() => undefined);
        },
      }),
    [home],
  );

  const onNews = useCallback<OnNews>((told) => {
    tellers.current.add(told);
    return () => tellers.current.delete(told);
  }, []);
  const state = useSyncExternalStore(feed?.subscribe ?? never, feed?.state ?? loading);
  return { feed, state, connection, onNews };
}

const never = () => () => undefined;
const loading = () => LOADING;
