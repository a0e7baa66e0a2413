import { Button, ButtonLink } from '../style/Button.tsx';
import { EmptyState } from '../style/EmptyState.tsx';

interface EmptyEventsProps {
  readonly cameras: number;
  readonly filtered: boolean;
  readonly onShowAll: () => void;
}

/** Why the list is empty, and what to do next. */
export function EmptyEvents({ cameras, filtered, onShowAll }: EmptyEventsProps) {
  if (filtered)
    return (
      <EmptyState title="Nothing happened here">
        <p className="quiet">No event matches this camera and day.</p>
        <Button look="plain" onClick={onShowAll}>
          Show all events
        </Button>
      </EmptyState>
    );
  if (cameras === 0)
    return (
      <EmptyState title="No camera yet">
        <p className="quiet">
          Start the agent, the program next to your cameras. It shows a code that brings it into your home.
        </p>
        <ButtonLink href="/pair">Pair your agent</ButtonLink>
      </EmptyState>
    );
  return (
    <EmptyState title="Walk past it">
      <p className="quiet">
        {cameras === 1 ? 'Your camera is' : 'Your cameras are'} watching. What moves in front of{' '}
        {cameras === 1 ? 'it' : 'them'} appears here within seconds, by itself.
      </p>
    </EmptyState>
  );
}
