import { useEffect, useState } from 'react';
import { call } from '../api/client.ts';
import { useAction } from '../app/action.ts';
import type { SeenEvent } from '../viewer/seen-event.ts';
import { StarSign } from './signs.tsx';

interface FavouriteButtonProps {
  readonly event: SeenEvent;
  readonly className: string;
  /** Of what, where the button stands among others. */
  readonly of?: string;
  /** The cloud has taken it. */
  readonly onChanged: (event: SeenEvent) => void;
  readonly onProblem?: (problem: string | null) => void;
}

/** Keeps an event, whatever the home's retention says. Shows what was asked for until the list says how it is. */
export function FavouriteButton({ event, className, of, onChanged, onProblem }: FavouriteButtonProps) {
  const { favourite } = event;
  const [asked, setAsked] = useState<boolean | null>(null);
  const { busy, problem, run } = useAction();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another event, or news of this one, is the truth again.
  useEffect(() => setAsked(null), [event]);
  useEffect(() => onProblem?.(problem), [problem, onProblem]);
  const shown = asked ?? favourite;
  const press = () =>
    run(async () => {
      setAsked(!shown);
      try {
        const params = { home: event.home, event: event.event };
        await call(shown ? 'favourites.unset' : 'favourites.set', { params });
        onChanged(event);
      } catch (error) {
        setAsked(null);
        throw error;
      }
    });
  return (
    <button
      type="button"
      className={className}
      aria-label={`Keep for good${of === undefined ? '' : `: ${of}`}`}
      aria-pressed={shown}
      aria-disabled={busy}
      title={shown ? 'Kept for good. Press to keep it no longer than the others' : 'Keep for good'}
      onClick={press}
    >
      <StarSign />
    </button>
  );
}
