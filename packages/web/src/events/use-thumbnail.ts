import { useEffect, useState } from 'react';
import type { SeenEvent } from '../viewer/seen-event.ts';
import type { Picture, Thumbnails } from './thumbnails.ts';

const LOADING: Picture = { state: 'loading' };

/** The picture of an event, fetched while the card is there. An older revision stays until the newer is open. */
export function useThumbnail(thumbnails: Thumbnails, event: SeenEvent): Picture {
  const [picture, setPicture] = useState<Picture>(() => thumbnails.peek(event) ?? LOADING);
  const revision = event.thumbnail?.revision ?? null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: an event's picture changes with its revision only.
  useEffect(() => {
    const left = new AbortController();
    if (revision === null) {
      setPicture({ state: 'none' });
      return;
    }
    thumbnails
      .load(event, left.signal)
      .then((loaded) => {
        if (!left.signal.aborted) setPicture(loaded);
      })
      .catch(() => undefined);
    return () => left.abort();
  }, [thumbnails, event.event, revision]);
  return picture;
}
