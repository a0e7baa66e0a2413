import { type RefObject, useEffect, useRef } from 'react';
import { useLocation } from 'wouter';

/** Pages with a path below the same first part are one page: opening an event must not take the focus from it. */
const pageOf = (path: string) => path.split('/')[1] ?? '';

/**
 * On each change of page: puts the focus at the start of the new page, so that keyboard and screen reader begin there,
 * and names the tab after its heading. Not on the first page, where the browser does it.
 */
export function useArrival(): RefObject<HTMLElement | null> {
  const place = useRef<HTMLElement>(null);
  const [path] = useLocation();
  const page = pageOf(path);
  const before = useRef(page);
  useEffect(() => {
    if (before.current === page) return;
    before.current = page;
    window.scrollTo(0, 0);
    place.current?.focus({ preventScroll: true });
  }, [page]);
  return place;
}

/** Names the browser's tab. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Nightlatch`;
  }, [title]);
}
