import { Redirect } from 'wouter';
import { usePageTitle } from '../app/arrival.ts';
import { Progress } from '../style/Progress.tsx';
import { FirstSteps, useFirstSteps, useHasEvent } from './FirstSteps.tsx';

/** The first page of a home: the checklist until all of it is done, and the events from then on. */
export function StartPage() {
  usePageTitle('Start');
  const hasEvent = useHasEvent();
  const steps = useFirstSteps(hasEvent ?? true);
  const isDone = steps.every(({ done }) => done);
  if (isDone && hasEvent === null) return <Progress page label="Opening your home…" />;
  if (isDone) return <Redirect to="/events" replace />;
  return (
    <div className="narrow stack">
      <h1>Welcome home</h1>
      <p className="quiet">Five steps, some ten minutes. You can stop at any of them and come back.</p>
      <FirstSteps hasEvent={hasEvent ?? false} />
    </div>
  );
}
