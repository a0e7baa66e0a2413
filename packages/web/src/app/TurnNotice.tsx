import { useSyncExternalStore } from 'react';
import { turns } from '../api/turn.ts';
import { Spinner } from '../style/Progress.tsx';
import './turn-notice.css';

/** Says that the cloud takes people in turn, for as long as anything on the page waits for it. */
export function TurnNotice() {
  const isWaiting = useSyncExternalStore(turns.subscribe, turns.isWaiting);
  return (
    <div className="turn-notice" role="status">
      {isWaiting && (
        <p>
          <Spinner />
          <span>
            Very many people are looking right now. You are in line, and this page goes on by itself in a few
            seconds.
          </span>
        </p>
      )}
    </div>
  );
}
