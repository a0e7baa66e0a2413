import type { CameraRow } from '@nightlatch/protocol/events';
import type { CameraId } from '@nightlatch/protocol/ids';
import { stateInWords } from '../cameras/words.ts';
import { exactTime } from './times.ts';

interface CameraStripProps {
  readonly cameras: readonly CameraRow[];
  readonly cameraName: (camera: CameraId) => string;
  readonly now: number;
}

const URGENCY = { bad: 0, busy: 1, good: 2 } as const;

/** How each camera is, those that need somebody first. */
export function CameraStrip({ cameras, cameraName, now }: CameraStripProps) {
  if (cameras.length === 0) return null;
  const told = cameras
    .map((row) => ({ ...row, ...stateInWords(row.state, now) }))
    .sort((a, b) => URGENCY[a.tone] - URGENCY[b.tone]);
  return (
    <ul className="camera-strip" aria-label="Cameras">
      {told.map(({ camera, state, source, tone, words, advice }) => (
        <li
          key={camera}
          data-tone={state.state === 'recording' ? 'recording' : tone}
          title={`${exactTime(state.since)}${advice === null ? '' : `. ${advice}`}`}
        >
          <span className="camera-dot" aria-hidden="true" />
          <span>
            <strong>{cameraName(camera)}</strong>
            {source === 'demo' && ' (demo)'} · {words.charAt(0).toLowerCase() + words.slice(1)}
          </span>
        </li>
      ))}
    </ul>
  );
}
