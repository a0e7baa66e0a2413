import type { CameraId, EventId } from '@nightlatch/protocol/ids';
import { type RefObject, useEffect, useState } from 'react';
import { type PlayerState, startPlayer } from '../viewer/player/player.ts';
import type { Viewer } from '../viewer/viewer.ts';

/** Calls `told` when the server says that an event has changed; gives the function that ends it. */
export type OnNews = (told: (event: EventId) => void) => () => void;

/** Plays an event's clip in the element, from the moment both are there until the event changes. */
export function usePlayer(
  video: RefObject<HTMLVideoElement | null>,
  viewer: Viewer,
  event: EventId,
  camera: CameraId | undefined,
  onNews: OnNews,
): PlayerState | null {
  const [state, setState] = useState<PlayerState | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: an event does not change its camera; its id says all.
  useEffect(() => {
    const element = video.current;
    if (element === null) return;
    setState(null);
    const player = startPlayer({ video: element, viewer, event, camera, onState: setState });
    const quiet = onNews((told) => {
      if (told === event) player.poke();
    });
    return () => {
      quiet();
      player.close();
    };
  }, [video, viewer, event, onNews]);
  return state;
}
