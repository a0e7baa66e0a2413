import { CameraId } from '@nightlatch/protocol/ids';
import { useRef } from 'react';
import { Link, useParams } from 'wouter';
import { usePageTitle } from '../app/arrival.ts';
import { useHousehold } from '../household/household.ts';
import { ButtonLink } from '../style/Button.tsx';
import { EmptyState } from '../style/EmptyState.tsx';
import { LiveBadge } from './LiveBadge.tsx';
import { LiveControls } from './LiveControls.tsx';
import { LiveWords } from './LiveWords.tsx';
import { isFinal } from './state.ts';
import { useLive } from './use-live.ts';
import './live.css';

function CameraLive({ camera }: { readonly camera: CameraId }) {
  const { cameraName } = useHousehold();
  const video = useRef<HTMLVideoElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const live = useLive(video, camera, true);
  const name = cameraName(camera);
  const { phase, tracks } = live.state;
  usePageTitle(name);
  return (
    <div className="stack live-page">
      <div className="row spread">
        <h1>{name}</h1>
        <div className="row">
          <ButtonLink look="plain" href={`/events?camera=${camera}`}>
            Events
          </ButtonLink>
          <ButtonLink look="plain" href="/live">
            All cameras
          </ButtonLink>
        </div>
      </div>
      <div ref={frame} className="live" data-phase={phase}>
        <div
          className="live-picture"
          style={tracks ? { '--shape': `${tracks.widthPixels} / ${tracks.heightPixels}` } : undefined}
        >
          <video
            ref={video}
            playsInline
            muted
            aria-label={`Live picture of ${name}`}
            hidden={isFinal(phase)}
          />
          <LiveBadge phase={phase} />
          <LiveWords state={live.state} onAgain={live.again} />
        </div>
        <LiveControls video={video} frame={frame} live={live} name={name} />
      </div>
    </div>
  );
}

/** One camera as it is now. */
export function CameraPage() {
  const { camera: wanted } = useParams();
  const { log } = useHousehold();
  const camera = CameraId.safeParse(wanted).data;
  if (camera !== undefined && log.cameras.has(camera)) return <CameraLive key={camera} camera={camera} />;
  return (
    <EmptyState title="There is no such camera">
      <p className="quiet">
        It is not in your home’s record. It may have been removed, or the link may be of somewhere else.
      </p>
      <Link href="/cameras">See your cameras</Link>
    </EmptyState>
  );
}
