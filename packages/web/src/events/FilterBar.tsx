import { CameraId } from '@nightlatch/protocol/ids';
import { useId } from 'react';
import { Button } from '../style/Button.tsx';
import type { Filter } from './filter.ts';

interface FilterBarProps {
  readonly filter: Filter;
  readonly cameras: readonly { readonly camera: CameraId; readonly name: string }[];
  readonly today: string;
  readonly onChange: (filter: Filter) => void;
}

export function FilterBar({ filter, cameras, today, onChange }: FilterBarProps) {
  const id = useId();
  return (
    <fieldset className="event-filter" aria-label="Filter">
      {(cameras.length > 1 || filter.camera !== null) && (
        <>
          <label className="unseen" htmlFor={`${id}-camera`}>
            Camera
          </label>
          <select
            id={`${id}-camera`}
            className="input"
            value={filter.camera ?? ''}
            onChange={({ currentTarget }) => {
              const camera = CameraId.safeParse(currentTarget.value);
              onChange({ ...filter, camera: camera.success ? camera.data : null });
            }}
          >
            <option value="">All cameras</option>
            {cameras.map(({ camera, name }) => (
              <option key={camera} value={camera}>
                {name}
              </option>
            ))}
          </select>
        </>
      )}
      <label className="unseen" htmlFor={`${id}-day`}>
        Day
      </label>
      <input
        id={`${id}-day`}
        className="input"
        type="date"
        max={today}
        value={filter.day ?? ''}
        onChange={({ currentTarget }) => onChange({ ...filter, day: currentTarget.value || null })}
      />
      {(filter.camera !== null || filter.day !== null) && (
        <Button look="link" onClick={() => onChange({ camera: null, day: null })}>
          Show all
        </Button>
      )}
    </fieldset>
  );
}
