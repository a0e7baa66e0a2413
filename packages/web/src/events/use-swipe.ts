import { type PointerEvent, useRef, useState } from 'react';

const SWIPE_PIXELS_MIN = 56;

/** A sideways swipe by touch: `drag` is how far the finger has moved, in pixels. */
export function useSwipe(onLeft: (() => void) | null, onRight: (() => void) | null) {
  const start = useRef<{ id: number; x: number; y: number } | null>(null);
  const [drag, setDrag] = useState(0);
  const end = ({ pointerId, clientX }: PointerEvent) => {
    if (start.current?.id !== pointerId) return;
    const moved = clientX - start.current.x;
    start.current = null;
    setDrag(0);
    if (moved <= -SWIPE_PIXELS_MIN) onLeft?.();
    if (moved >= SWIPE_PIXELS_MIN) onRight?.();
  };
  return {
    drag,
    handlers: {
      onPointerDown: ({ pointerId, pointerType, clientX, clientY, isPrimary }: PointerEvent) => {
        if (pointerType !== 'mouse' && isPrimary) start.current = { id: pointerId, x: clientX, y: clientY };
      },
      onPointerMove: ({ pointerId, clientX, clientY }: PointerEvent) => {
        const begun = start.current;
        if (begun?.id !== pointerId) return;
        const sideways = clientX - begun.x;
        if (Math.abs(clientY - begun.y) > Math.abs(sideways) + 12) {
          start.current = null;
          return setDrag(0);
        }
        const bound = (sideways < 0 ? onLeft : onRight) === null;
        setDrag(bound ? sideways / 4 : sideways);
      },
      onPointerUp: end,
      onPointerCancel: () => {
        start.current = null;
        setDrag(0);
      },
    },
  };
}
