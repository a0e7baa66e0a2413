import { type RefObject, useEffect, useRef } from 'react';
import { useLocation } from 'wouter';

/** Opening an event must not take the focus from it: it is one page with the list. Every other path is its own. */
const pageOf = (path: string) => (path.startsWith('/events') ? '/events' : path);

// The browser puts the focus of the very first page itself.
let isFirst = true;

/**
 * On each change of page, logging in and out among them: puts the focus at the start of the new page, so that keyboard
 * and screen reader begin there, and scrolls up.
 */
export function useArrival(): RefObject<HTMLElement | null> {
  const place = useRef<HTMLElement>(null);
  const [path] = useLocation();
  const page = pageOf(path);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page is what this waits for.
  useEffect(() => {
    if (!isFirst) {
      window.scrollTo(0, 0);
      place.current?.focus({ preventScroll: true });
    }
    isFirst = false;
  }, [page]);
  return place;
}

/** Names the browser's tab. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Nightlatch`;
  }, [title]);
}
