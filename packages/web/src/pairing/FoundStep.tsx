import type { AgentId } from '@nightlatch/protocol/ids';
import { FoundCamera } from '../cameras/FoundCamera.tsx';
import { useCameras } from '../cameras/use-cameras.ts';
import { useHousehold } from '../household/household.ts';
import { Banner } from '../style/Banner.tsx';
import { ButtonLink } from '../style/Button.tsx';
import { Progress } from '../style/Progress.tsx';

/** After the pairing: the agent's cameras, as it announces them, each to be named and added. */
export function FoundStep({ agent }: { readonly agent: AgentId }) {
  const household = useHousehold();
  const { cameras, problem } = useCameras();
  const ours = cameras?.filter((camera) => camera.agent === agent) ?? [];
  const found = ours.filter((camera) => !camera.added);
  const added = ours.filter((camera) => camera.added);
  const isDemo = ours.every(({ row }) => row?.source === 'demo');
  return (
    <>
      <h1 tabIndex={-1}>{found.length === 0 && added.length > 0 ? 'All set' : 'Paired'}</h1>
      {problem !== null && <Banner look="warn">{problem}</Banner>}
      {ours.length === 0 && (
        <>
          <Progress label="Waiting for the agent to tell which cameras it has…" />
          <p className="quiet">
            This takes some seconds. If it has none yet, give it one where it runs: it shows up under Cameras
            by itself.
          </p>
        </>
      )}
      {added.map(({ camera }) => (
        <Banner key={camera} look="good">
          <p>
            <strong>{household.cameraName(camera)}</strong> is part of your home now.
          </p>
        </Banner>
      ))}
      {found.map((camera) => (
        <FoundCamera key={camera.camera} found={camera} />
      ))}
      {found.length === 0 && added.length > 0 && (
        <>
          <p>
            {isDemo
              ? 'Something moves in its picture every now and then. It shows up under Events within seconds.'
              : 'Walk past the camera: what moves shows up under Events within seconds.'}
          </p>
          <div className="row">
            <ButtonLink href="/events">Go to Events</ButtonLink>
          </div>
        </>
      )}
      {ours.length === 0 && (
        <div className="row">
          <ButtonLink look="plain" href="/cameras">
            Go to Cameras
          </ButtonLink>
        </div>
      )}
    </>
  );
}
