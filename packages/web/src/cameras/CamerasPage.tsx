import { useEffect, useMemo } from 'react';
import { usePageTitle } from '../app/arrival.ts';
import { createThumbnails } from '../events/thumbnails.ts';
import { useNow } from '../events/use-now.ts';
import { useViewer } from '../events/use-viewer.ts';
import { useHousehold } from '../household/household.ts';
import { Banner } from '../style/Banner.tsx';
import { ButtonLink } from '../style/Button.tsx';
import { EmptyState } from '../style/EmptyState.tsx';
import { Progress } from '../style/Progress.tsx';
import { CameraCard } from './CameraCard.tsx';
import { FoundCamera } from './FoundCamera.tsx';
import { useCameras } from './use-cameras.ts';
import './cameras.css';

/** A day that turns to yesterday is told within a minute. */
const NOW_MILLISECONDS = 60_000;

function NoCameras() {
  const { log } = useHousehold();
  if (log.agents.size === 0)
    return (
      <EmptyState title="No cameras yet">
        <p className="quiet">
          Cameras come with an agent: the Nightlatch program that runs at home, next to them. Pair it first.
        </p>
        <ButtonLink href="/pair">Pair an agent</ButtonLink>
      </EmptyState>
    );
  return (
    <EmptyState title="Your agent has no camera yet">
      <p className="quiet">
        Give it one where it runs, and it shows up here by itself. The agent’s own page at home tells how.
      </p>
    </EmptyState>
  );
}

export function CamerasPage() {
  usePageTitle('Cameras');
  const { log } = useHousehold();
  const { cameras, problem, crossed } = useCameras();
  const viewer = useViewer();
  const thumbnails = useMemo(() => createThumbnails(viewer), [viewer]);
  useEffect(() => () => thumbnails.close(), [thumbnails]);
  const now = useNow(NOW_MILLISECONDS);
  const added = cameras?.filter((camera) => camera.added) ?? [];
  const found = cameras?.filter((camera) => !camera.added) ?? [];
  return (
    <div className="stack">
      <h1>Cameras</h1>
      {crossed && (
        <Banner look="danger">
          The cloud answered with a camera that is not of your home. Nothing of it is shown, and it has been
          reported.
        </Banner>
      )}
      {problem !== null && <Banner look="warn">{problem}</Banner>}
      {cameras === null && problem === null && <Progress page label="Looking at your cameras…" />}
      <div aria-live="polite" className="cameras found">
        {found.map((camera) => (
          <FoundCamera key={camera.camera} found={camera} />
        ))}
      </div>
      {added.length > 0 && (
        <ul className="cameras">
          {added.map((camera) => (
            <CameraCard
              key={camera.camera}
              known={camera}
              now={now}
              viewer={viewer}
              thumbnails={thumbnails}
            />
          ))}
        </ul>
      )}
      {cameras?.length === 0 && <NoCameras />}
      {log.agents.size > 0 && (
        <div className="row">
          <ButtonLink look="plain" href="/pair">
            Pair another agent
          </ButtonLink>
        </div>
      )}
    </div>
  );
}
