import { type RefObject, useEffect, useState } from 'react';

export interface VideoState {
  readonly seconds: number;
  readonly bufferedSeconds: number;
  readonly paused: boolean;
  readonly muted: boolean;
  /** A picture of it is on screen. */
  readonly pictured: boolean;
  /** It wants to play and has nothing to play. */
  readonly starved: boolean;
  readonly ended: boolean;
}

const START: VideoState = {
  seconds: 0,
  bufferedSeconds: 0,
  paused: true,
  muted: false,
  pictured: false,
  starved: true,
  ended: false,
};

const EVENTS = [
  'timeupdate',
  'seeking',
  'seeked',
  'play',
  'pause',
  'playing',
  'waiting',
  'volumechange',
  'loadeddata',
  'emptied',
  'progress',
  'ended',
  'canplay',
];

function stateOf(video: HTMLVideoElement): VideoState {
  const { currentTime, buffered, paused, muted, readyState, ended } = video;
  let bufferedSeconds = 0;
  for (let index = 0; index < buffered.length; index++)
    if (buffered.start(index) <= currentTime + 0.5) bufferedSeconds = buffered.end(index);
  return {
    seconds: currentTime,
    bufferedSeconds,
    paused,
    muted,
    pictured: readyState >= HTMLMediaElement.HAVE_CURRENT_DATA,
    starved: readyState < HTMLMediaElement.HAVE_FUTURE_DATA && !ended,
    ended,
  };
}

/** What the element does, as state. */
export function useVideo(place: RefObject<HTMLVideoElement | null>): VideoState {
  const [state, setState] = useState(START);
  useEffect(() => {
    const video = place.current;
    if (video === null) return;
    const left = new AbortController();
    const renew = () => setState(stateOf(video));
    for (const name of EVENTS) video.addEventListener(name, renew, { signal: left.signal });
    renew();
    return () => left.abort();
  }, [place]);
  return state;
}

/** Plays, without sound where the browser does not allow sound yet. */
export async function playPolitely(video: HTMLVideoElement): Promise<void> {
  try {
    await video.play();
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'NotAllowedError')) return;
    video.muted = true;
    await video.play().catch(() => undefined);
  }
}
