import { Banner } from '../style/Banner.tsx';
import { Button } from '../style/Button.tsx';
import { Spinner } from '../style/Progress.tsx';
import { isFinal, type LiveState } from './state.ts';
import { isBusy, phaseInWords } from './words.ts';

interface LiveWordsProps {
  readonly state: LiveState;
  /** Asks anew; null where there is no room for a button. */
  readonly onAgain: (() => void) | null;
}

/** Why there is no moving picture, over the place where it would be. */
export function LiveWords({ state, onAgain }: LiveWordsProps) {
  const said = phaseInWords(state);
  if (said !== null && isFinal(state.phase))
    return (
      <div className="live-words">
        <Banner look={state.phase === 'refused' ? 'danger' : 'warn'}>
          <span>{said.words}</span>
          {said.advice !== null && <span className="small">{said.advice}</span>}
          {onAgain !== null && (
            <span>
              <Button look="plain" onClick={onAgain}>
                Try again
              </Button>
            </span>
          )}
        </Banner>
      </div>
    );
  return (
    <div className="live-words" role="status">
      {said !== null && (
        <>
          <span className="row">
            {isBusy(state.phase) && <Spinner />}
            {said.words}
          </span>
          {said.advice !== null && <span className="small">{said.advice}</span>}
        </>
      )}
    </div>
  );
}
