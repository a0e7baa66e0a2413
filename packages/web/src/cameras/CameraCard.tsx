import { useState } from 'react';
import { exactTime } from '../app/time.ts';
import type { Thumbnails } from '../events/thumbnails.ts';
import { useHousehold } from '../household/household.ts';
import { Button, ButtonLink } from '../style/Button.tsx';
import { Dialog } from '../style/Dialog.tsx';
import type { Viewer } from '../viewer/viewer.ts';
import { renameCamera } from './camera-entries.ts';
import type { KnownCamera } from './cameras.ts';
import { LatestPicture } from './LatestPicture.tsx';
import { NameCamera } from './NameCamera.tsx';
import { stateInWords } from './words.ts';

const UNKNOWN = { tone: 'busy', words: 'No word of this camera yet', advice: null } as const;

interface CameraCardProps {
  readonly known: KnownCamera;
  readonly now: number;
  readonly viewer: Viewer;
  readonly thumbnails: Thumbnails;
}

export function CameraCard({ known, now, viewer, thumbnails }: CameraCardProps) {
  const household = useHousehold();
  const [renaming, setRenaming] = useState(false);
  const name = household.cameraName(known.camera);
  const { tone, words, advice } = known.row === null ? UNKNOWN : stateInWords(known.row.state, now);
  return (
    <li className="card camera">
      <LatestPicture
        viewer={viewer}
        thumbnails={thumbnails}
        camera={known.camera}
        name={name}
        since={known.row?.state.since ?? 0}
      />
      <div className="row spread">
        <h2>{name}</h2>
        {known.row?.source === 'demo' && <span className="badge">Demo</span>}
      </div>
      <p
        className={`state ${tone}`}
        title={known.row === null ? undefined : exactTime(known.row.state.since)}
      >
        {words}
      </p>
      {advice !== null && <p className="quiet small">{advice}</p>}
      <div className="row">
        <ButtonLink look="plain" href={`/events?camera=${known.camera}`}>
          Events<span className="unseen"> of {name}</span>
        </ButtonLink>
        <Button look="plain" onClick={() => setRenaming(true)}>
          Rename<span className="unseen"> {name}</span>
        </Button>
      </div>
      {renaming && (
        <Dialog title={`Rename ${name}`} onClose={() => setRenaming(false)}>
          <NameCamera
            name={name}
            submit="Save"
            doing="Sealing the name…"
            onNamed={async (typed) => {
              await renameCamera(household, known.camera, typed);
              setRenaming(false);
            }}
            onCancel={() => setRenaming(false)}
          />
        </Dialog>
      )}
    </li>
  );
}
