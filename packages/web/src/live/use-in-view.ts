import { type RefObject, useEffect, useState } from 'react';

/** Whether any part of the element is on screen: a long grid plays what can be seen, and nothing else is sent. */
export function useInView(place: RefObject<Element | null>): boolean {
  const [isIn, setIsIn] = useState(false);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const observer = new IntersectionObserver((seen) => setIsIn(seen.at(-1)?.isIntersecting ?? false));
    observer.observe(element);
    return () => observer.disconnect();
  }, [place]);
  return isIn;
}
