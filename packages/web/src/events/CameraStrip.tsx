import type { CameraRow } from '@nightlatch/protocol/events';
import type { CameraId } from '@nightlatch/protocol/ids';
import { needsAttention, wordsOfState } from './camera-words.ts';
import { exactTime } from './times.ts';

interface CameraStripProps {
  readonly cameras: readonly CameraRow[];
  readonly cameraName: (camera: CameraId) => string;
  readonly now: number;
}

/** How each camera is, those that need somebody first. */
export function CameraStrip({ cameras, cameraName, now }: CameraStripProps) {
  if (cameras.length === 0) return null;
  const sorted = [...cameras].sort(
    (a, b) => Number(needsAttention(b.state)) - Number(needsAttention(a.state)),
  );
  return (
    <ul className="camera-strip" aria-label="Cameras">
      {sorted.map(({ camera, state, source }) => (
        <li key={camera} data-state={state.state} title={`Since ${exactTime(state.since)}`}>
          <span className="camera-dot" aria-hidden="true" />
          <span>
            <strong>{cameraName(camera)}</strong>
            {source === 'demo' && ' (demo)'} · {wordsOfState(state, now)}
          </span>
        </li>
      ))}
    </ul>
  );
}
