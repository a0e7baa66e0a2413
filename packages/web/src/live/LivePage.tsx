import type { CameraId } from '@nightlatch/protocol/ids';
import { useRef } from 'react';
import { Link } from 'wouter';
import { usePageTitle } from '../app/arrival.ts';
import { useHousehold } from '../household/household.ts';
import { ButtonLink } from '../style/Button.tsx';
import { EmptyState } from '../style/EmptyState.tsx';
import { LiveBadge } from './LiveBadge.tsx';
import { LiveWords } from './LiveWords.tsx';
import { isFinal } from './state.ts';
import { useInView } from './use-in-view.ts';
import { useLive } from './use-live.ts';
import './live.css';

/** One camera among the others, playing while it is in view; pressed, it is on a page of its own. */
function LiveTile({ camera }: { readonly camera: CameraId }) {
  const { cameraName } = useHousehold();
  const place = useRef<HTMLLIElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const { state } = useLive(video, camera, useInView(place));
  const name = cameraName(camera);
  return (
    <li ref={place} className="live live-tile" data-phase={state.phase}>
      <Link href={`/cameras/${camera}`} className="live-picture">
        <video
          ref={video}
          playsInline
          muted
          aria-label={`Live picture of ${name}`}
          hidden={isFinal(state.phase)}
        />
        <LiveBadge phase={state.phase} />
        <h2 className="live-name">{name}</h2>
        <LiveWords state={state} onAgain={null} />
      </Link>
    </li>
  );
}

/** All cameras of the home as they are now. */
export function LivePage() {
  usePageTitle('Live');
  const { log } = useHousehold();
  const cameras = [...log.cameras.keys()];
  return (
    <div className="stack">
      <h1>Live</h1>
      {cameras.length === 0 && (
        <EmptyState title="No cameras yet">
          <p className="quiet">As soon as your home has a camera, you see here what it sees.</p>
          <ButtonLink href="/cameras">Add a camera</ButtonLink>
        </EmptyState>
      )}
      {cameras.length > 0 && (
        <ul className="live-grid">
          {cameras.map((camera) => (
            <LiveTile key={camera} camera={camera} />
          ))}
        </ul>
      )}
    </div>
  );
}
