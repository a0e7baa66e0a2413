import type { HomeState } from '@nightlatch/vault/homelog';
import { useHousehold } from '../household/household.ts';
import { Card } from '../style/Card.tsx';
import { addCamera } from './camera-entries.ts';
import type { KnownCamera } from './cameras.ts';
import { NameCamera } from './NameCamera.tsx';

/** What a found camera is called until its owner says better. */
export function suggestedName({ row }: KnownCamera, log: Pick<HomeState, 'cameras'>): string {
  return row?.source === 'demo' ? 'Demo camera' : `Camera ${log.cameras.size + 1}`;
}

/** A camera that a paired agent has announced and the home does not have yet. */
export function FoundCamera({
  found,
  onAdded,
}: {
  readonly found: KnownCamera;
  readonly onAdded?: () => void;
}) {
  const household = useHousehold();
  const isDemo = found.row?.source === 'demo';
  return (
    <Card title={isDemo ? 'Found: the demo camera' : 'Found a camera'}>
      <p className="quiet">
        {isDemo
          ? 'It makes pictures of its own, with things that move now and then, so that you can look around.'
          : 'Your agent has found it. Add it, and it begins to record when something moves.'}
      </p>
      <NameCamera
        name={suggestedName(found, household.log)}
        submit="Add camera"
        doing="Making its key, here in this browser…"
        onNamed={async (name) => {
          await addCamera(household, found.camera, found.agent, name);
          onAdded?.();
        }}
      />
    </Card>
  );
}
